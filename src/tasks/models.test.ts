import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { emptyWeights } from "../../test/fixtures/zoo.ts";
import { selectTrainable, weightNames } from "../rewrite/trainable.ts";
import { architecture } from "../zoo/architecture.ts";
import { zooCards } from "../zoo/cards.ts";
import { knownModels } from "./models.ts";

const host = testHost();

test("all models by name, and which of them are here", async () => {
  const { store } = host;
  await store.makeFolder("/cache/resnet18");
  const found = await knownModels(undefined, {
    store,
    hub: {
      ...host.hub,
      find: async ({ repo }) =>
        repo === "timm/resnet18.tv_in1k" ? { folder: "/cache/resnet18", commit: "0".repeat(40), files: [] } : undefined,
    },
  });
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter(({ folder }) => folder !== undefined).map(({ name, folder }) => [name, folder])).toEqual([
    ["resnet18", "/cache/resnet18"],
  ]);
});

test("one of them, and a name that is none", async () => {
  const [one, ...others] = await knownModels("resnet50", host);
  expect(one).toMatchObject({ name: "resnet50", repo: "timm/resnet50.tv_in1k", sizeBytes: 4 * 25_557_032 });
  expect(others).toEqual([]);
  await expect(knownModels("resnet51", host)).rejects.toMatchObject({
    code: "bad-option",
    message: 'There is no model "resnet51".',
    hint: expect.stringContaining('"resnet50"'),
  });
});

test.each(zooCards)("the stages of $name are unfrozen by name, each of them", async ({ name }) => {
  const [model] = await knownModels(name, host);
  const graph = architecture(name, { weights: emptyWeights });
  const counts = (model?.stages ?? []).map((from) => selectTrainable(graph, { unfreeze: { from } }).length);
  expect(counts.length).toBeGreaterThan(3);
  for (const [at, count] of counts.entries())
    expect(count).toBeLessThan(counts[at - 1] ?? weightNames(graph).length + 1);
});

test("the last stage of VGG16 is what Keras calls block5", () => {
  const graph = architecture("vgg16", { weights: emptyWeights });
  const trained = selectTrainable(graph, { unfreeze: { from: "block5" } });
  const convolutions = ["features.24", "features.26", "features.28"];
  const layers = [...convolutions, "classifier.0", "classifier.3", "classifier.6"];
  expect(trained).toEqual(layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]));
});
