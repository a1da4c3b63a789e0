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
import { drawSketches } from "./draw.ts";
import { sketchNetwork, sketchPreprocessing } from "./sketch-network.ts";

const folder = fileURLToPath(new URL(process.env.FOLDER ?? "../models/sketchnet", import.meta.url));

const recipe = {
  seed: 1,
  trainPerClass: Number(process.env.PER ?? 600),
  valPerClass: 100,
  epochs: Number(process.env.EPOCHS ?? 8),
  batch: 32,
  learningRate: Number(process.env.LR ?? 2e-3),
  weightDecay: 1e-4,
  warmup: 0.05,
  horizontalFlip: 0.5,
} as const;

const host = { ...nodeHost(), store: memoryStore() };
const started = host.now();
const seconds = () => `${((host.now() - started) / 1000).toFixed(0)} s`;

const draw = (perClass: number, seed: number) => drawSketches({ perClass, seed, preprocessing: sketchPreprocessing });
const [train, val] = [draw(recipe.trainPerClass, recipe.seed), draw(recipe.valPerClass, recipe.seed + 1)];
console.log(`${train.size} pictures to train on, ${val.size} to validate · ${seconds()}`);

const labels = train.classes;
const untrained = sketchNetwork(labels.length, random(recipe.seed).fork("network"));
const content = { graph: untrained, labels, preprocessing: sketchPreprocessing, card: { title: "", metrics: {} } };
await writeModelFolder("untrained", content, { store: host.store });

const base = await loadBase("untrained", { trainable: true }, host);
const model = graft(base, [dense(labels.length)], { seed: recipe.seed }, host);
const report: Callback = (event) => {
  if (event.type !== "epoch") return;
  const { epoch, loss, metrics, valLoss = 0, valMetrics } = event;
  const shown = [loss, metrics.accuracy, valLoss, valMetrics?.accuracy].map((value = 0) => value.toFixed(4));
  console.log(`epoch ${epoch}  loss ${shown[0]}  acc ${shown[1]}  val loss ${shown[2]}  val acc ${shown[3]} · ${seconds()}`);
};
model.compile({
  optimizer: adamw({ learningRate: recipe.learningRate, weightDecay: recipe.weightDecay }),
  loss: "softmaxCrossEntropy",
});
await model.fit(train, {
  epochs: recipe.epochs,
  batch: recipe.batch,
  validation: val,
  schedule: cosine({ warmup: recipe.warmup }),
  augment: { horizontalFlip: recipe.horizontalFlip },
  callbacks: [report],
});
