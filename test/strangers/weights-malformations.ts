import { utf8 } from "../../src/base/utf8.ts";
import { type Malformation, nested, pollution, type Row, rowsOf, withFields, withFile } from "./malformation.ts";
import { fileOf, json } from "./subjects.ts";

const file = "model.safetensors";

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** A safetensors file of a header, whatever it is, and bytes. @param length what the file says of the header's length */
function assembled(header: Uint8Array, body: Uint8Array, length = BigInt(header.length)): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

const partsOf = (bytes: Uint8Array) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: bytes.subarray(8, 8 + length), body: bytes.subarray(8 + length) };
};

/** The header as other text. */
const saying = (make: (header: string) => string): Malformation["change"] =>
  withFile(file, (bytes) => {
    const { header, body } = partsOf(bytes);
    return assembled(utf8.encode(make(utf8.decode(header))), body);
  });

/** What the header says of its first two tensors. */
const describing = (change: (first: Entry, second: Entry) => void): Malformation["change"] =>
  saying((text) => {
    const header = JSON.parse(text) as Record<string, Entry>;
    const [first, second] = Object.values(header);
    if (first && second) change(first, second);
    return JSON.stringify(header);
  });

const lengthOf = (length: bigint): Malformation["change"] =>
  withFile(file, (bytes) => {
    const { header, body } = partsOf(bytes);
    return assembled(header, body, length);
  });

const withOffsets = (...offsets: readonly unknown[]) =>
  describing((first) => {
    first.data_offsets = offsets;
  });

const withShape = (shape: unknown) =>
  describing((first) => {
    first.shape = shape;
  });

const bad = "bad-safetensors";

const rows: readonly Row[] = [
  ["a header of 2^63 bytes", bad, lengthOf(2n ** 63n)],
  ["a header of 2^64 − 1 bytes", bad, lengthOf(2n ** 64n - 1n)],
  ["a header that is as long as the file", bad, withFile(file, (bytes) => assembled(bytes.slice(8), new Uint8Array()))],
  ["a header of 17 MiB", bad, saying((text) => `${text.slice(0, -1)},"x":"${"x".repeat(17 * 2 ** 20)}"}`)],
  ["an empty header", bad, saying(() => "")],
  ["a header that is null", bad, saying(() => "null")],
  ["a header that is a list", bad, saying(() => "[]")],
  ["a header that is a number", bad, saying(() => "1")],
  ["lists in lists, 100,000 deep", bad, saying((text) => `{"x": ${nested(100_000)}, ${text.slice(1)}`)],
  ["a header that is not UTF-8", bad, withFile(file, (bytes) => bytes.map((byte, at) => (at === 12 ? 0xff : byte)))],
  ["a tensor that is null", bad, saying((text) => `{"x": null, ${text.slice(1)}`)],
  ["a tensor that is a list", bad, saying((text) => `{"x": [1, 2], ${text.slice(1)}`)],
  ["no offsets", bad, describing((first) => Reflect.deleteProperty(first, "data_offsets"))],
  ["offsets that are texts", bad, withOffsets("0", "4")],
  ["a negative offset", bad, withOffsets(-8, 0)],
  ["offsets with a fraction", bad, withOffsets(0.5, 4.5)],
  ["an end before the start", bad, withOffsets(8, 4)],
  ["an end behind the file", bad, withOffsets(0, 2 ** 52)],
  ["three offsets", bad, withOffsets(0, 4, 8)],
  [
    "two tensors over the same bytes",
    bad,
    describing((first, second) => {
      Object.assign(second, first);
    }),
  ],
  ["extents whose product overflows", bad, withShape([2 ** 40, 2 ** 40])],
  ["extents whose product is right, and which are negative", bad, withShape([-16, -27])],
  ["a thousand axes", bad, withShape(new Array(1000).fill(1))],
  ["extents that are texts", bad, withShape(["432"])],
  [
    "a dtype that everything has",
    bad,
    describing((first) => {
      first.dtype = "constructor";
    }),
  ],
  ["tensors that everything has", bad, saying((text) => `{${pollution}, ${text.slice(1)}`)],
  [
    "a tensor called __proto__",
    "bad-weights",
    saying((text) => `{"__proto__": {"dtype":"F32","shape":[0],"data_offsets":[0,0]}, ${text.slice(1)}`),
  ],
  ["a network that everything has", "unknown-network", withFields("config.json", { architecture: "constructor" })],
  ["a network called __proto__", "unknown-network", withFields("config.json", { architecture: "__proto__" })],
  ["no network", "bad-model-folder", withFields("config.json", { architecture: null })],
  ["no description", "bad-model-folder", ({ "config.json": _, ...files }) => files],
  ["the weights of another network", "bad-weights", withFields("config.json", { architecture: "vgg19" })],
  ...(
    [
      ["pictures of a billion pixels a side", { input_size: [3, 1e9, 1e9] }],
      ["pictures of no pixel", { input_size: [3, 0, 0] }],
      ["a crop that makes pictures huge", { crop_pct: 1e-9 }],
      ["a crop that makes pictures nothing", { crop_pct: 1e9 }],
      ["a deviation of 0", { std: [1, 0, 1] }],
      ["an interpolation that everything has", { interpolation: "constructor" }],
    ] as const
  ).map(
    ([name, fields]): Row => [
      name,
      "bad-model-folder",
      (files) => {
        const config = JSON.parse(utf8.decode(fileOf(files, "config.json")));
        return {
          ...files,
          "config.json": json({ ...config, pretrained_cfg: { ...config.pretrained_cfg, ...fields } }),
        };
      },
    ],
  ),
];

const external = "model.onnx_data";

export const weightsMalformations: readonly Malformation[] = [
  ...rowsOf("safetensors", rows),
  ...rowsOf("external data", [
    ["weights that are gone", "no-external-data", ({ [external]: _, ...files }) => files],
    ["weights that are cut off", "bad-external-data", withFile(external, (bytes) => bytes.slice(0, -4))],
    ["no byte of weights", "bad-external-data", withFile(external, () => new Uint8Array())],
    ["weights behind more bytes", "read", withFile(external, (bytes) => Uint8Array.from([...bytes, 1, 2, 3]))],
  ]),
];
