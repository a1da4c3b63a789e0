import { expect, test } from "vitest";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { badImageLedger } from "../data/bad-images.ts";
import { pixelSource, type Seen } from "./pixel-source.ts";

test("an example that comes again in a pass is told how often it came before", async () => {
  const dataset = drawnPictures({ classes: 2, perClass: 2 });
  const seen: Seen[] = [];
  const source = pixelSource({
    dataset,
    ledger: badImageLedger({ dataset }),
    input: "X",
    shape: [1],
    prepare: (_, into, example) => {
      seen.push(example);
      into.fill(10 * example.index + example.time);
    },
    target: (index) => [dataset.label(index)],
  });
  const batches: (readonly number[])[] = [];
  for await (const { inputs, targets } of source.batches({ order: [3, 0, 3, 3, 0], batch: 2, epoch: 4 })) {
    batches.push([...(inputs.X?.data ?? [])].map(Number), [...targets]);
  }
  expect(batches).toEqual([[30, 0], [1, 0], [31, 32], [1, 1], [1], [0]]);
  expect(new Set(seen.map(({ epoch }) => epoch))).toEqual(new Set([4]));
});
