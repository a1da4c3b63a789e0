/**
 * The run folder where nobody names one: "runs/flowers-20260131-142530". No two runs meet.
 *
 * @param start folder and name of the data
 * @param date ISO 8601
 */
export const defaultRun = (start: string, date: string): string =>
  `${start}-${date.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
