import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeStore } from "../../src/store/node/node-store.ts";
import { inspectModel } from "../../src/tasks/inspect.ts";
import { trainRun } from "../../src/tasks/train-run.ts";
import { diskHost } from "../fixtures/host.ts";
import { writeTrainVal } from "../fixtures/pictures.ts";
import { writeTinyModel } from "../fixtures/tiny-model.ts";

const source = new URL("../../src/", import.meta.url);

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(new URL(name, source), "utf8") }));

/** Ways in which bytes of a file become a program. */
const ways: readonly RegExp[] = [
  /\beval\s*\(/,
  /\bnew\s+Function\b/,
  /["'](node:)?(child_process|vm|module|cluster)["']/,
  /\brequire\s*\(/,
  /\bdlopen\b/,
  /registerCustomOps/,
  // A name that is not written out could be a stranger's.
  /\bimport\s*\(\s*(?!")/,
];

test("no line of Regraft's can run what is not its own", () => {
  expect(files.length).toBeGreaterThan(400);
  const found = files.flatMap(({ name, text }) =>
    text.split("\n").flatMap((line, at) => (ways.some((way) => way.test(line)) ? [`${name}:${at + 1} ${line}`] : [])),
  );
  expect(found).toEqual([]);
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "regraft-programs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("programs in the folders of a model and of pictures lie there, and that is all", async () => {
  const [mark, host] = [join(folder, "it-ran"), diskHost()];
  const data = await writeTrainVal(nodeStore(), join(folder, "data"), { classes: 2, perClass: 4 });
  const model = await writeTinyModel(nodeStore(), join(folder, "model"));
  const script = `require("fs").writeFileSync(${JSON.stringify(mark)}, "")`;
  const python = `open(${JSON.stringify(mark)}, "w")`;
  // A pickle of os.system("touch <mark>").
  const pickle = `cos\nsystem\n(S'touch ${mark}'\ntR.`;
  const programs = {
    "index.js": script,
    "package.json": JSON.stringify({ main: "index.js", scripts: { postinstall: `touch ${mark}` } }),
    ".npmrc": `node-options=--require=${join(folder, "model", "index.js")}`,
    "sitecustomize.py": python,
    "modeling_custom.py": python,
    "pytorch_model.bin": pickle,
    "model.pth": pickle,
    "run.sh": `#!/bin/sh\ntouch ${mark}\n`,
    "libcustom_ops.so": "\u007fELF",
  };
  for (const place of [model, data, join(data, "train"), join(data, "train", "class0")]) {
    if (!existsSync(place)) continue;
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(place, name), text);
      chmodSync(join(place, name), 0o755);
    }
  }
  const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
  const strange = {
    auto_map: { AutoModel: "modeling_custom.Model" },
    custom_pipelines: { x: "run.sh" },
    trust_remote_code: true,
  };
  writeFileSync(join(model, "config.json"), JSON.stringify({ ...config, ...strange }));
  await inspectModel({ model }, host);
  await trainRun({ model, data, out: join(folder, "run"), headEpochs: 1, tuneEpochs: 1, batch: 4 }, host);
  expect(existsSync(mark)).toBe(false);
});
