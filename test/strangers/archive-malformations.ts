import { unzipSync } from "fflate";
import { utf8 } from "../../src/base/utf8.ts";
import { type CraftedEntry, craftedZip } from "../fixtures/zip.ts";
import { type Malformation, type Row, rowsOf } from "./malformation.ts";
import type { Files } from "./subject.ts";
import { fileOf } from "./subjects.ts";

const bad = "bad-keras";
const link = 0o120777;
const pipe = 0o010644;
const text = utf8.encode("hello");

const honest = (files: Files): readonly CraftedEntry[] =>
  Object.entries(unzipSync(fileOf(files, "net.zip"))).map(([name, content]) => ({ name, content }));

/** The model's files in a zip, with entries before them. */
const packing =
  (more: readonly CraftedEntry[], end: Parameters<typeof craftedZip>[1] = {}): Malformation["change"] =>
  (files) => ({ "net.zip": craftedZip([...more, ...honest(files)], end) });

const named = (name: string): Malformation["change"] => packing([{ name, content: text }]);

/** The zip with some bytes of it replaced. @param at from its end where negative */
const patched =
  (at: number, ...bytes: readonly number[]): Malformation["change"] =>
  (files) => {
    const zip = fileOf(files, "net.zip").slice();
    zip.set(bytes, at < 0 ? zip.length + at : at);
    return { "net.zip": zip };
  };

const rows: readonly Row[] = [
  ["packed anew", "read", packing([])],
  [
    "a folder and what macOS adds",
    "read",
    packing([
      { name: "docs/", method: 0 },
      { name: "__MACOSX/._x", content: text },
    ]),
  ],
  ["a name that leads up", bad, named("../evil.json")],
  ["a name that leads up in its middle", bad, named("docs/../../evil.json")],
  ["an absolute name", bad, named("/etc/evil")],
  ["a name of Windows' that leads up", bad, named("..\\evil.json")],
  ["a name with a drive", bad, named("C:evil.json")],
  ["a name with a zero byte", bad, named("config.json\0.png")],
  ["an empty name", bad, named("")],
  ["a name of ten thousand folders", bad, named("a/".repeat(10_000))],
  ["a name that comes twice", bad, named("config.json")],
  [
    "a file where a folder is",
    bad,
    packing([
      { name: "docs", content: text },
      { name: "docs/a", content: text },
    ]),
  ],
  ["a name that everything has", "read", named("__proto__")],
  ["a link", bad, packing([{ name: "labels.txt", content: utf8.encode("/etc/passwd"), mode: link }])],
  ["a pipe", bad, packing([{ name: "labels.txt", content: text, mode: pipe }])],
  ["an encrypted entry", bad, packing([{ name: "a", content: text, flags: 1 }])],
  ["an entry that is packed in another way", bad, packing([{ name: "a", content: text, method: 14 }])],
  ["an entry that claims 4 GB", bad, packing([{ name: "a", content: text, claimedBytes: 0xfffffffe }])],
  [
    "an entry that claims less than it is",
    bad,
    packing([{ name: "a", content: new Uint8Array(2 ** 24), claimedBytes: 10 }]),
  ],
  ["an entry that claims more than it is", bad, packing([{ name: "a", content: text, claimedBytes: 6 }])],
  ["an entry as it is that claims more", bad, packing([{ name: "a", content: text, method: 0, claimedBytes: 500 }])],
  ["another check sum", bad, packing([{ name: "a", content: text, claimedSum: 1 }])],
  ["a bomb of 2^27 zeros", bad, packing([{ name: "a", content: new Uint8Array(2 ** 27 + 1) }])],
  [
    "entries that share bytes",
    bad,
    packing([
      { name: "a", content: text },
      { name: "b", content: text, localName: "a", sharesWith: 0 },
    ]),
  ],
  ["an entry with another name of its own", bad, packing([{ name: "a", content: text, localName: "b" }])],
  ["more entries than it has", bad, packing([], { claimedCount: 65_535 })],
  ["2^63 entries", bad, packing([], { claimedCount64: 2n ** 63n })],
  ["as many as it has, in 64 bits", "read", packing([], { claimedCount64: 3n })],
  ["fewer entries than it has", "no-model", packing([], { claimedCount: 0 })],
  ["twenty thousand entries", bad, packing(Array.from({ length: 20_000 }, (_, at) => ({ name: `${at}`, method: 0 })))],
  ["a directory that lies behind its end", bad, patched(-6, 0xff, 0xff, 0xff, 0x7f)],
  ["a comment where there is none", "read", patched(-2, 0xff, 0xff)],
  ["bytes behind its end", "read", (files) => ({ "net.zip": Uint8Array.from([...fileOf(files, "net.zip"), 0, 0]) })],
  ["nothing but its signature", bad, () => ({ "net.zip": Uint8Array.of(0x50, 0x4b, 3, 4) })],
  ["no byte", bad, () => ({ "net.zip": new Uint8Array() })],
];

export const archiveMalformations: readonly Malformation[] = rowsOf("onnx in a zip", rows);
