import { describe, expect, test } from "vitest";
import { emptyWeights } from "../../test/fixtures/zoo.ts";
import { sizeOf } from "../base/shape.ts";
import { architecture } from "./architecture.ts";
import { architectureNames } from "./architectures.ts";
import { zooCard, zooCards } from "./cards.ts";

test("every architecture has a card", () => {
  expect(zooCards.map(({ name }) => name).sort()).toEqual([...architectureNames].sort());
  expect(zooCard("alexnet")).toBeUndefined();
});

describe.each(zooCards)("the card of $name", ({ name, head, featureSize, parameters }) => {
  const { initializers } = architecture(name, { weights: emptyWeights });

  test("counts what is learned", () => {
    const learned = [...initializers].filter(([key]) => !key.startsWith("const_") && !key.includes(".running_"));
    expect(learned.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0)).toBe(parameters);
  });

  test("names the head, and what it reads", () => {
    expect(initializers.get(`${head}.weight`)?.shape).toEqual([1000, featureSize]);
  });
});
