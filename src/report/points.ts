/** A difference of shares in percentage points: 0.031 to "3.1". */
export const points = (share: number): string => {
  const text = (100 * share).toFixed(1);
  return text === "-0.0" ? "0.0" : text.replace("-", "−");
};
