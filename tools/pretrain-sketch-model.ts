// `npm run pretrain:sketch` makes models/sketchnet: a small network trained from scratch, by Regraft, on pictures that
// Regraft draws. What the demo fine-tunes.
import { fileURLToPath } from "node:url";
import { random } from "../src/base/random.ts";
import { nodeHost } from "../src/hosts/node.ts";
import { writeModelFolder } from "../src/models/write-model-folder.ts";
import { adam } from "../src/program/optimizers.ts";
import { cosine } from "../src/program/schedules.ts";
import { dense } from "../src/rewrite/layers.ts";
import { memoryStore } from "../src/store/memory-store.ts";
import { loadBase } from "../src/tasks/base-model.ts";
import { graft } from "../src/tasks/graft.ts";
import { drawSketches } from "./draw.ts";
import { sketchNetwork, sketchPreprocessing } from "./sketch-network.ts";

const folder = fileURLToPath(new URL("../models/sketchnet", import.meta.url));

const recipe = {
  seed: 1,
  perClass: Number(process.env.PER ?? 600),
  valPerClass: 100,
  epochs: Number(process.env.EPOCHS ?? 8),
  batch: 32,
  learningRate: 2e-3,
  warmup: 0.05,
  weightDecay: 0,
} as const;

const host = { ...nodeHost(), store: memoryStore() };
const draw = (perClass: number, seed: number) => drawSketches({ perClass, seed, preprocessing: sketchPreprocessing });
const started = host.now();
const [train, val] = [draw(recipe.perClass, recipe.seed), draw(recipe.valPerClass, recipe.seed + 1)];
console.log(`${train.size} pictures to train on, ${val.size} to validate, drawn in ${secondsSince(started)}`);

const untrained = sketchNetwork(train.classes.length, random(recipe.seed).fork("network"));
await writeModelFolder(
  "untrained",
  { graph: untrained, labels: train.classes, preprocessing: sketchPreprocessing, card: { title: "", metrics: {} } },
  host,
);
