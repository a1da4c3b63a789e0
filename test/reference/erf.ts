/**
 * The error function to about 1e-15:
 * erf(x) = 2/√π · exp(-x²) · Σ over n of 2ⁿ · x^(2n+1) / (1 · 3 · ... · (2n+1)), all terms of one sign.
 *
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
