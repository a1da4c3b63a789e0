import { expect } from "vitest";

interface Tolerance {
  /** Relative to the expected value. */
  readonly rtol?: number;
  /** Absolute. */
  readonly atol?: number;
}

type Numbers = ArrayLike<number | bigint> | { readonly data: ArrayLike<number | bigint> } | number;

declare module "vitest" {
  interface Matchers<T> {
    /** Every element within atol + rtol · |expected|, as numpy.allclose; NaN is never close. */
    toBeAllclose(expected: Numbers, tolerance?: Tolerance): T;
  }
}

expect.extend({
  toBeAllclose(received: Numbers, expected: Numbers, { rtol = 1e-5, atol = 1e-8 }: Tolerance = {}) {
    const actual = elements(received);
    const wanted = elements(expected);
    if (actual.length !== wanted.length) {
      return { pass: false, message: () => `${actual.length} elements, expected ${wanted.length}` };
    }
    const excess = actual.map(
      (value, at) => Math.abs(value - (wanted[at] ?? 0)) - atol - rtol * Math.abs(wanted[at] ?? 0),
    );
    const worst = excess.reduce((best, value, at) => (!(value <= (excess[best] ?? 0)) ? at : best), 0);
    const pass = excess.every((value) => value <= 0);
    return {
      pass,
      message: () =>
        `element ${worst} is ${actual[worst]}, expected ${wanted[worst]} (rtol ${rtol}, atol ${atol}); ` +
        `${excess.filter((value) => !(value <= 0)).length} of ${actual.length} elements are off`,
    };
  },
});

function elements(numbers: Numbers): number[] {
  if (typeof numbers === "number") return [numbers];
  return Array.from("data" in numbers ? numbers.data : numbers, Number);
}
