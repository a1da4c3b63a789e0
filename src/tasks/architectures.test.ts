import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { transfer } from "../../test/fixtures/transfer.ts";
import { hashedWeights } from "../../test/fixtures/zoo.ts";
import { architecture } from "../zoo/architecture.ts";

const host = testHost();

test("an architecture is loaded as a base, trained whole, saved and loaded as any exported model", async () => {
  const options = { classes: 5, imageSize: 32, width: 0.35, weights: hashedWeights() };
  const graph = architecture("mobilenet_v2", options);
  const { base, losses, before, after, evaluated, saved } = await transfer(graph, host);
  expect(base.head?.classes).toBe(5);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  expect(after.map(({ logits }) => [...logits])).toEqual(before.map(({ logits }) => [...logits]));
  expect(evaluated[1]).toBe(evaluated[0]);
  expect(saved.inputs).toEqual([{ name: "pixel_values", dtype: "float32", shape: ["N", 3, 32, 32] }]);
  expect(saved.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 2] }]);
});
