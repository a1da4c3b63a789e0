import { describe, expect, test } from "vitest";
import { atMostDims, largerDim, lessDims, modDims, smallerDim } from "./order.ts";
import { boundsOf, equalDims } from "./symbolic.ts";

describe("extents by name, of which each is at least 1", () => {
  test("are compared where the answer holds for all values", () => {
    expect([lessDims(0, "N"), lessDims("N", 1), lessDims("N", "N+1"), lessDims(2, 3)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([lessDims("N", 2), lessDims("M", "N"), lessDims(3, "2*N")]).toEqual([undefined, undefined, undefined]);
    expect([atMostDims(1, "N"), atMostDims("N", 0), atMostDims("N", "N")]).toEqual([true, false, true]);
    expect([atMostDims(2, "N"), atMostDims("M", "N")]).toEqual([undefined, undefined]);
  });

  test("have a larger and a smaller one where it is always the same", () => {
    expect([largerDim("N", 1), largerDim(0, "N"), largerDim("N", "2*N"), largerDim(-1, 4)]).toEqual([
      "N",
      "N",
      "2*N",
      4,
    ]);
    expect([smallerDim("N", 1), smallerDim("N", "N+3"), smallerDim(-1, 4)]).toEqual([1, "N", -1]);
    expect([largerDim("N", 2), smallerDim("M", "N")]).toEqual([undefined, undefined]);
  });

  test("lie between bounds; what is rounded down may be 0 or less", () => {
    expect(boundsOf("2*N+3")).toEqual([5, Number.POSITIVE_INFINITY]);
    expect(boundsOf("4-N")).toEqual([Number.NEGATIVE_INFINITY, 3]);
    expect(boundsOf("floor((N-1)/2)")).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect(equalDims("floor((N-1)/2)", 0)).toBeUndefined();
  });

  test("leave a remainder with the divisor's sign", () => {
    expect([modDims(-7, 3), modDims(7, -3), modDims(7, 3), modDims(7, 0)]).toEqual([2, -2, 1, undefined]);
    expect([modDims("4*N", 2), modDims("N", 1), modDims("N", 2)]).toEqual([0, 0, "N-2*floor(N/2)"]);
    expect([modDims(7, "N"), modDims("N", -2)]).toEqual([undefined, undefined]);
  });
});
