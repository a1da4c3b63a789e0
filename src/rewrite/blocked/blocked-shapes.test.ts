import { describe, expect, test } from "vitest";
import { drawGraph } from "../../../test/fixtures/blocked.ts";
import { activations } from "../../../test/fixtures/blocked-cases/activations.ts";
import { masks, reductions } from "../../../test/fixtures/blocked-cases/between.ts";
import { convolutions } from "../../../test/fixtures/blocked-cases/convolutions.ts";
import { pooling } from "../../../test/fixtures/blocked-cases/pooling.ts";
import { kernels, products } from "../../../test/fixtures/blocked-cases/products.ts";
import { sums } from "../../../test/fixtures/blocked-cases/sums.ts";
import { waysBack } from "../../../test/fixtures/blocked-cases/ways-back.ts";
import { sizesOf } from "../../onnx/memory.ts";
import { blockChannels } from "./block-channels.ts";
import { blockedShapes } from "./blocked-shapes.ts";

const cases = {
  ...activations,
  ...convolutions,
  ...kernels,
  ...masks,
  ...pooling,
  ...products,
  ...reductions,
  ...sums,
};

describe.each(Object.entries({ ...cases, ...waysBack }))("%s", (_, [, build]) => {
  test.each([8, 16])("in blocks of %d the size of every tensor is known", (b) => {
    const plain = drawGraph(build, { b, n: 2 });
    const blocked = blockChannels(plain, { block: b });
    if (!blocked) throw new Error("nothing was rewritten");
    const [sizes, wanted] = [sizesOf(blocked, blockedShapes), sizesOf(plain)];
    const unknown = [...sizes].filter(([, size]) => size === undefined);
    expect(unknown).toEqual([]);
    for (const { name } of plain.outputs) expect(sizes.get(name), name).toBe(wanted.get(name));
  });
});
