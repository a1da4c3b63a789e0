import { utf8 } from "../../src/base/utf8.ts";
import {
  adding,
  type Malformation,
  nested,
  pollution,
  type Row,
  rowsOf,
  withFields,
  withFile,
} from "./malformation.ts";

const huge = 17 * 2 ** 20;
const bad = "bad-model-folder";

/** What may be wrong with any file of JSON. */
const anyJson = (path: string, code: Row[1]): readonly Row[] => [
  [`${path} of nothing`, code, withFile(path, () => "")],
  [`${path} that is cut off`, code, withFile(path, (bytes) => bytes.slice(0, bytes.length / 2))],
  [`${path} that is null`, code, withFile(path, () => "null")],
  [`${path} that is a list`, code, withFile(path, () => "[]")],
  [`${path} that is a text`, code, withFile(path, () => '"{}"')],
  [`${path} with lists in lists, 100,000 deep`, code, withFile(path, () => `{"a": ${nested(100_000)}}`)],
  [`${path} that is not UTF-8`, code, withFile(path, () => Uint8Array.of(0xff, 0xfe, 0x7b, 0x7d))],
];

const withKeys = (path: string): Malformation["change"] =>
  withFile(path, (bytes) => `{${pollution}, ${utf8.decode(bytes).slice(1)}`);

const modelRows: readonly Row[] = [
  ...anyJson("config.json", bad),
  ...anyJson("preprocessor_config.json", bad),
  ["config.json with keys that everything has", "read", withKeys("config.json")],
  ["preprocessor_config.json with keys that everything has", "read", withKeys("preprocessor_config.json")],
  [
    "config.json behind a byte order mark",
    "read",
    withFile("config.json", (bytes) => Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes])),
  ],
  ["config.json of 17 MiB", bad, withFile("config.json", () => " ".repeat(huge))],
  ["preprocessor_config.json of 17 MiB", bad, withFile("preprocessor_config.json", () => " ".repeat(huge))],
  ["labels.txt of 17 MiB", bad, adding("labels.txt", "x".repeat(huge))],
  ["labels.txt that is not UTF-8", "read", adding("labels.txt", Uint8Array.of(0xff, 0xfe, 0))],
  ["labels that are numbers", bad, withFields("config.json", { id2label: { 0: 1 } })],
  ["labels with a gap", bad, withFields("config.json", { id2label: { 0: "a", 2: "b" } })],
  ["labels that are called otherwise", bad, withFields("config.json", { id2label: { a: "a", b: "b" } })],
  [
    "labels for what everything has",
    "read",
    withFile("config.json", () => '{"id2label": {"0": "a", "__proto__": "b"}}'),
  ],
  ["labels with control characters", "read", withFields("config.json", { id2label: { 0: "\u0000\u001b[2J\n" } })],
  ["a model_type that is a number", bad, withFields("config.json", { model_type: 1 })],
  [
    "a threshold of 7",
    bad,
    withFields("config.json", { regraft: { loss: "softmaxCrossEntropy", label_smoothing: 0, threshold: 7 } }),
  ],
  ["pictures of a billion pixels", bad, withFields("preprocessor_config.json", { size: { height: 1e9, width: 1e9 } })],
  [
    "pictures of a short side of a billion pixels",
    bad,
    withFields("preprocessor_config.json", { size: { shortest_edge: 1e9 }, do_center_crop: true, crop_size: 32 }),
  ],
  ["pictures of −1 pixel", bad, withFields("preprocessor_config.json", { size: -1 })],
  ["pictures of half a pixel", bad, withFields("preprocessor_config.json", { size: 0.5 })],
  [
    "a crop that makes pictures huge",
    bad,
    withFields("preprocessor_config.json", {
      image_processor_type: "ConvNextImageProcessor",
      size: { shortest_edge: 200 },
      crop_pct: 1e-9,
    }),
  ],
  [
    "a processor that everything has",
    "read",
    withFields("preprocessor_config.json", { image_processor_type: "constructor" }),
  ],
  ["a deviation of 0", bad, withFields("preprocessor_config.json", { image_std: [0, 1, 1] })],
  ["a resample of 99", bad, withFields("preprocessor_config.json", { resample: 99 })],
  ["a mean of texts", bad, withFields("preprocessor_config.json", { image_mean: ["0", "0", "0"] })],
  ["files that are programs, and are none of ours", "read", adding("preprocessor.py", "raise SystemExit")],
];

const adapterRows: readonly Row[] = [
  ...anyJson("adapter_config.json", bad),
  ...anyJson("regraft.json", bad),
  ["keys that everything has", "read", withKeys("adapter_config.json")],
  ["adapter_config.json of 17 MiB", bad, withFile("adapter_config.json", () => " ".repeat(huge))],
  ["regraft.json of 17 MiB", bad, withFile("regraft.json", () => " ".repeat(huge))],
  ["a rank of two billion", "bad-adapter", withFields("adapter_config.json", { r: 2 ** 31 })],
  ["another rank than the factors have", "bad-adapter", withFields("adapter_config.json", { r: 1 })],
  ["a rank of half", bad, withFields("adapter_config.json", { r: 0.5 })],
  ["an alpha that is negative", bad, withFields("adapter_config.json", { lora_alpha: -1 })],
  ["another kind of adapter", bad, withFields("adapter_config.json", { peft_type: "constructor" })],
  [
    "two billion new units",
    "bad-adapter",
    withFields("regraft.json", { head: [{ kind: "dense", units: 2 ** 31, init: "zeros" }] }),
  ],
  ["layers that are called as everything", bad, withFields("regraft.json", { head: [{ kind: "constructor" }] })],
  [
    "a hundred thousand layers",
    bad,
    withFields("regraft.json", { head: new Array(100_000).fill({ kind: "dense", units: 2, init: "zeros" }) }),
  ],
  ["no new layer", "bad-adapter", withFields("regraft.json", { head: [] })],
  ["labels that are numbers", bad, withFields("regraft.json", { labels: [1] })],
  ["no tensors", "no-model", ({ "adapter_model.safetensors": _, ...files }) => files],
  ["tensors that are cut off", "bad-safetensors", withFile("adapter_model.safetensors", (bytes) => bytes.slice(0, -4))],
];

const runRows: readonly Row[] = [
  ...anyJson("run.json", "no-run"),
  ["run.json with keys that everything has", "read", withKeys("run.json")],
  [
    "history.jsonl with keys that everything has",
    "read",
    withFile("history.jsonl", () => `{${pollution}, "phase": "head", "epoch": 1, "loss": 1}\n`),
  ],
  [
    "history.jsonl with lists in lists, 100,000 deep",
    "no-run",
    withFile("history.jsonl", () => `${nested(100_000)}\n`),
  ],
  ["history.jsonl of texts", "no-run", withFile("history.jsonl", () => '"a"\n')],
  ["history.jsonl that is cut off", "read", withFile("history.jsonl", (bytes) => bytes.slice(0, -9))],
  [
    "numbers beyond all numbers",
    "read",
    withFile("history.jsonl", () => '{"phase": "head", "epoch": 1, "loss": 1e999}\n'),
  ],
  ["markup in names", "read", withFields("run.json", { classes: ["<script>alert(1)</script>", '" onload="'] })],
  ["a status that everything has", "no-run", withFields("run.json", { status: "constructor" })],
];

export const descriptionMalformations: readonly Malformation[] = [
  ...rowsOf("onnx mobilenet.onnx", modelRows),
  ...rowsOf("adapter", adapterRows),
  ...rowsOf("run", runRows),
];
