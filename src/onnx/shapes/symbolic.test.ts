import { describe, expect, test } from "vitest";
import type { Dim } from "../../base/shape.ts";
import { ShapeConflict } from "./rule.ts";
import { addDims, divDims, equalDims, exactQuotient, maxDims, mulDims, productOf, subDims } from "./symbolic.ts";

describe("extents by name", () => {
  test("numbers stay numbers", () => {
    expect([addDims(2, 3), subDims(2, 3), mulDims(2, 3), divDims(7, 2), divDims(-7, 2)]).toEqual([5, -1, 6, 3, -3]);
  });

  test("equal extents are equal texts, whatever the way", () => {
    expect(addDims(mulDims("N", 2), "N")).toBe("3*N");
    expect(addDims(addDims("N", 3), -3)).toBe("N");
    expect(subDims(addDims("A", "B"), "B")).toBe("A");
    expect(mulDims("B", "A")).toBe(mulDims("A", "B"));
    expect(mulDims(addDims("N", 1), addDims("N", -1))).toBe(subDims(mulDims("N", "N"), 1));
    expect(subDims("N", "N")).toBe(0);
  });

  test("what was taken into a product comes out again", () => {
    expect(exactQuotient(productOf(["N", 8, 4, 4]), "N")).toBe(128);
    expect(exactQuotient(productOf(["N", "T", 6]), mulDims("T", 2))).toBe("3*N");
    expect(exactQuotient(mulDims(addDims("H", 1), 4), addDims("H", 1))).toBe(4);
    expect(exactQuotient(addDims(mulDims("H", 4), 2), 2)).toBe("2*H+1");
  });

  test("a quotient that need not be whole is rounded down and kept as an atom", () => {
    const half = divDims(addDims("H", -1), 2);
    expect(half).toBe("floor((H-1)/2)");
    expect(addDims(half ?? 0, 1)).toBe("floor((H-1)/2)+1");
    expect(subDims(addDims(half ?? 0, 1), half ?? 0)).toBe(1);
    expect(divDims(mulDims("N", "T"), mulDims("N", 2))).toBe("floor(T/2)");
    expect(divDims("N", mulDims("T", 2))).toBe("floor(N/(2*T))");
    expect([exactQuotient("N", 2), exactQuotient(7, 2), divDims("N", 0)]).toEqual([undefined, undefined, undefined]);
  });

  test("names that are no identifiers come through as they are", () => {
    expect(addDims(addDims("batch size #1", 1), -1)).toBe("batch size #1");
    expect(mulDims("/Reshape_output_0.1", 2)).toBe("2*{/Reshape_output_0.1}");
    expect(exactQuotient("2*{/Reshape_output_0.1}", 2)).toBe("/Reshape_output_0.1");
  });

  test.each(["N+", "*N", "N**2", "-", "", "N N", "2N", "N+-1", "a(b)c"])(
    "the text %j is no formula, and survives arithmetic",
    (text) => {
      expect(subDims(addDims(text, 5), 5)).toBe(text);
    },
  );

  test("comparison knows what holds for every value only", () => {
    expect([equalDims("N", "N"), equalDims("N", -1), equalDims(3, 4)]).toEqual([true, false, false]);
    expect([equalDims("N", mulDims("N", 2)), equalDims(addDims("N", 2), 1)]).toEqual([false, false]);
    expect([equalDims("N", 4), equalDims("N", addDims("N", 1))]).toEqual([undefined, false]);
    expect([maxDims("N", "N"), maxDims("M", "N")]).toEqual(["N", "max(M,N)"]);
  });
});

test("an expression that grows without end is refused before it is long", () => {
  let height: Dim = "H";
  expect(() => {
    for (let at = 0; at < 60; at++) height = addDims(height, divDims(height, 2) ?? 0);
  }).toThrow(ShapeConflict);
  const sums = Array.from({ length: 31 }, (_, at) => addDims(`a${at}`, `b${at}`));
  expect(() => productOf(sums)).toThrow(ShapeConflict);
});
