import { describe, expect, test } from "vitest";
import { apart, blockedNodes, drawFeeds, drawGraph, engineBlock, whyNotRun } from "../../../test/fixtures/blocked.ts";
import { activations } from "../../../test/fixtures/blocked-cases/activations.ts";
import { masks, reductions } from "../../../test/fixtures/blocked-cases/between.ts";
import type { BlockedCases } from "../../../test/fixtures/blocked-cases/case.ts";
import { convolutions } from "../../../test/fixtures/blocked-cases/convolutions.ts";
import { pooling } from "../../../test/fixtures/blocked-cases/pooling.ts";
import { kernels, products } from "../../../test/fixtures/blocked-cases/products.ts";
import { sums } from "../../../test/fixtures/blocked-cases/sums.ts";
import { waysBack } from "../../../test/fixtures/blocked-cases/ways-back.ts";
import { runInOnnxruntime } from "../../../test/reference/onnxruntime.ts";
import { zeros } from "../../base/tensor.ts";
import { blockChannels } from "./block-channels.ts";

const engine = await engineBlock();

/** What is rewritten, and the batches that it is run with. */
const tables: readonly [what: string, cases: BlockedCases, batches: readonly number[]][] = [
  ["a convolution", convolutions, [1, 2, 3, 5]],
  ["a sum", sums, [1, 2, 3, 5]],
  ["an activation", activations, [1, 3]],
  ["a mask", masks, [1, 2, 5]],
  ["a maximum over windows", pooling, [1, 2, 3]],
  ["a reduction", reductions, [1, 2, 3, 5]],
  ["a convolution's way back", waysBack, [1, 2, 3, 5]],
  ["a product", products, [1, 2, 3, 5]],
  ["a kernel", kernels, [1, 2, 3, 5]],
];

describe.each(tables)("%s", (_, cases, batches) => {
  const rows = Object.entries(cases).map(([name, [blocked, build]]) => ({ name, blocked, build }));

  test.each(rows)("$name: lies in blocks where it should, of 8 or of 16", ({ blocked, build }) => {
    const found = [8, 16].map((block) => {
      const plain = drawGraph(build, { b: block, n: 2 });
      const rewritten = blockChannels(plain, { block });
      return rewritten && blockedNodes(rewritten, plain);
    });
    expect(found).toEqual([blocked, blocked]);
  });

  test.skipIf(engine === undefined).each(rows)(
    `$name: computes what it did (skipped where ${whyNotRun})`,
    async (row) => {
      const b = engine ?? 8;
      for (const n of batches) {
        const plain = drawGraph(row.build, { b, n });
        const blocked = blockChannels(plain, { block: b });
        if (!blocked) throw new Error("nothing was rewritten");
        const feeds = drawFeeds(plain, n);
        const [wanted, got] = [await runInOnnxruntime(plain, feeds), await runInOnnxruntime(blocked, feeds)];
        expect(Object.keys(got)).toEqual(plain.outputs.map(({ name }) => name));
        for (const [name, value] of Object.entries(wanted)) {
          // Where sums cancel, either is up to 8e-6 from what float64 gives.
          expect(apart(got[name], value), `${name} of a batch of ${n}`).toBeLessThan(2e-5);
        }
      }
    },
  );
});

test("a graph with a mask that would have to leave the blocks stays plain as a whole", () => {
  const graph = drawGraph(
    ({ g, x, n, b }) => {
      const mask = g.Greater(g.Conv(x("X", n, b, 5, 6), x("W", b, b, 3, 3)), g.float(0));
      const chosen = g.And(mask, g.input("channels", "bool", [b, 1, 1]));
      return [g.Where(chosen, g.float(1), g.float(0))];
    },
    { b: 8, n: 2 },
  );
  expect(blockChannels(graph, { block: 8 })).toBeUndefined();
});

test("a kernel that several convolutions read is laid out once", () => {
  const sizeFor = (...pictures: readonly string[]) => {
    const graph = drawGraph(
      ({ g, x, n, b }) => {
        const W = x("W", b, b, 3, 3);
        return pictures.map((name) => g.Conv(x(name, n, b, 5, 6), W));
      },
      { b: 8, n: 2 },
    );
    return blockChannels(graph, { block: 8 })?.nodes.length ?? 0;
  };
  // Each more: in, convolved, out.
  expect(sizeFor("X", "Y", "Z")).toBe(sizeFor("X") + 6);
});

test("names stay: inputs, outputs, initializers and the nodes that are only passed on", () => {
  const graph = drawGraph(
    ({ g, x, n, b }) => {
      const Y = g.Conv(x("X", n, b, 5, 6), g.initializer("W", zeros("float32", [b, b, 1, 1])));
      return [Y, g.Softmax(Y, { axis: 1 })];
    },
    { b: 8, n: 2 },
  );
  const blocked = blockChannels(graph, { block: 8 });
  expect({ inputs: blocked?.inputs, outputs: blocked?.outputs }).toEqual({
    inputs: graph.inputs,
    outputs: graph.outputs,
  });
  expect(blocked?.initializers.get("W")).toBe(graph.initializers.get("W"));
  expect(blocked?.nodes.find(({ op }) => op === "Softmax")).toBe(graph.nodes.find(({ op }) => op === "Softmax"));
});
