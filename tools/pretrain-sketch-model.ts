// `npm run pretrain:sketch` makes models/sketchnet: a small network that Regraft trains from scratch on pictures that
// Regraft draws. The demo fine-tunes it.
import { fileURLToPath } from "node:url";
import { random } from "../src/base/random.ts";
import { nodeHost } from "../src/hosts/node.ts";
import { writeModelFolder } from "../src/models/write-model-folder.ts";
import { adamw } from "../src/program/optimizers.ts";
import { cosine } from "../src/program/schedules.ts";
import { dense } from "../src/rewrite/layers.ts";
import { memoryStore } from "../src/store/memory-store.ts";
import { loadBase } from "../src/tasks/base-model.ts";
import { graft } from "../src/tasks/graft.ts";
import type { Callback } from "../src/training/events.ts";
import { drawSketches } from "./draw-sketches.ts";
import { sketchNetwork, sketchPreprocessing } from "./sketch-network.ts";

const folder = fileURLToPath(new URL("../models/sketchnet", import.meta.url));

const recipe = {
  seed: 1,
  trainPerClass: 1200,
  valPerClass: 100,
  epochs: 8,
  batch: 16,
  learningRate: 1e-3,
  weightDecay: 1e-4,
  warmup: 0.05,
  horizontalFlip: 0.5,
} as const;

const host = nodeHost();
const inMemory = { ...host, store: memoryStore() };
const started = host.now();
const minutes = () => `${((host.now() - started) / 60_000).toFixed(1)} min`;

const draw = (perClass: number, seed: number) => drawSketches({ perClass, seed, preprocessing: sketchPreprocessing });
const [train, val] = [draw(recipe.trainPerClass, recipe.seed), draw(recipe.valPerClass, recipe.seed + 1)];
const labels = train.classes;
console.log(`${train.size} pictures to train on, ${val.size} to validate · ${minutes()}`);

await writeModelFolder(
  "untrained",
  {
    graph: sketchNetwork(labels.length, random(recipe.seed).fork("network")),
    labels,
    preprocessing: sketchPreprocessing,
    card: { title: "Untrained", metrics: {} },
  },
  { store: inMemory.store },
);
const base = await loadBase("untrained", { trainable: true }, inMemory);
const model = graft(base, [dense(labels.length)], { seed: recipe.seed }, inMemory);
model.compile({
  optimizer: adamw({ learningRate: recipe.learningRate, weightDecay: recipe.weightDecay }),
  loss: "softmaxCrossEntropy",
});

const report: Callback = (event) => {
  if (event.type !== "epoch") return;
  const { epoch, loss, metrics, valLoss, valMetrics } = event;
  const [seen, unseen] = [metrics.accuracy?.toFixed(3), valMetrics?.accuracy?.toFixed(3)];
  console.log(
    `epoch ${epoch}/${recipe.epochs}  loss ${loss.toFixed(3)}  acc ${seen}  val loss ${valLoss?.toFixed(3)}  val acc ${unseen} · ${minutes()}`,
  );
};
await model.fit(train, {
  epochs: recipe.epochs,
  batch: recipe.batch,
  validation: val,
  schedule: cosine({ warmup: recipe.warmup }),
  augment: { horizontalFlip: recipe.horizontalFlip },
  callbacks: [report],
});

const { loss, metrics } = await model.evaluate(val);
await writeModelFolder(
  folder,
  {
    graph: model.finished().graph,
    labels,
    preprocessing: sketchPreprocessing,
    card: {
      title: "sketchnet",
      summary: [
        "A small convolutional network that tells ten drawn things apart, for Regraft's demo to fine-tune. Regraft drew the",
        "pictures and trained the network from scratch: no photo, no data set and no weights of anyone else's are in it.",
        "",
        "Limits: it has seen nothing but flat drawings of 96 pixels, scaled to 64. It is not meant as a base for photos: take a",
        "network trained on ImageNet for those. Labels of real things, such as `house`, mean drawings of them.",
        "",
        "To make it again: `npm run pretrain:sketch` (the numbers below are of the seed and threads named there).",
      ].join("\n"),
      dataset: `drawn as \`regraft sample --task sketches\` does: ${train.size} pictures to train on, ${val.size} others to validate`,
      metrics: { accuracy: metrics.accuracy ?? Number.NaN, loss },
      training: {
        Parameters: model.parameters.trainable,
        "Batch size": recipe.batch,
        Epochs: recipe.epochs,
        Optimizer: `AdamW, learning rate ${recipe.learningRate}, weight decay ${recipe.weightDecay}`,
        Schedule: `cosine, ${recipe.warmup * 100}% warm-up`,
        Augmentation: "horizontal flips",
        Seed: recipe.seed,
        Threads: host.threads,
      },
    },
  },
  { store: host.store, overwrite: true },
);
console.log(`${folder} · ${minutes()}`);
