/**
 * Parts as one array, one after another.
 *
 * @param Kind of all of them
 */
export function joined<T extends Uint8Array | Float32Array>(Kind: new (length: number) => T, parts: readonly T[]): T {
  const whole = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
