// How far the models of two runs are apart, as docs/reliability.md tells it:
//   node --import ./test/load-typescript.js tools/compare-runs.ts <run> <run>
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeModel } from "../src/onnx/decode.ts";

const [one, other] = process.argv.slice(2);
if (one === undefined || other === undefined) {
  console.error("Name two folders of runs.");
  process.exit(2);
}

const bytesOf = (run: string) => readFileSync(join(run, "model", "onnx", "model.onnx"));
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
const weightsOf = (bytes: Uint8Array) => decodeModel(bytes).graph.initializers;
const accuracyOf = (run: string) => JSON.parse(readFileSync(join(run, "run.json"), "utf8")).result.valAccuracy;

const runs = [one, other].map((run) => ({ run, bytes: bytesOf(run) }));
for (const { run, bytes } of runs) console.log(`${run}  ${hashOf(bytes)}  validation accuracy ${accuracyOf(run)}`);

const [a, b] = runs.map(({ bytes }) => weightsOf(bytes));
let [squared, norm, largest, differing, all] = [0, 0, 0, 0, 0];
for (const [name, weight] of a ?? []) {
  const twin = b?.get(name);
  if (!twin || weight.dtype !== "float32") continue;
  for (const [at, value] of weight.data.entries()) {
    const gap = Math.abs(Number(value) - Number(twin.data[at]));
    squared += gap ** 2;
    norm += Number(value) ** 2;
    largest = Math.max(largest, gap);
    if (gap > 0) differing++;
    all++;
  }
}
console.log(`${differing} of ${all} weights differ, the most by ${largest.toExponential(1)};`);
console.log(`the distance of all is ${Math.sqrt(squared / norm).toExponential(1)} of their length`);
