import { describe, expect, it } from "vitest";
import { breaches, importsOf } from "./house-rules.js";

const told = (files) => breaches(new Map(Object.entries(files)));

describe("house", () => {
  it("lets imports run down and stay in their room", () => {
    expect(
      told({
        "base/errors.ts": "",
        "onnx/graph.ts": 'import { a } from "../base/errors.ts";',
        "onnx/shapes/conv.ts": 'import type { Graph } from "../graph.ts";',
        "index.ts": 'export { a } from "./base/errors.ts";',
        "cli/main.ts": 'const { b } = await import("../tasks/b.ts");',
        "tasks/b.ts": "",
      }),
    ).toEqual([]);
  });

  it("catches a climb, in type imports and lazy imports too", () => {
    expect(told({ "onnx/a.ts": 'import type { B } from "../program/b.ts";', "program/b.ts": "" })).toEqual([
      "onnx/a.ts: climbs from onnx/ (floor 2) to program/b.ts (floor 4)",
    ]);
    expect(told({ "base/a.ts": 'await import("../tasks/b.ts");', "tasks/b.ts": "" })).toEqual([
      "base/a.ts: climbs from base/ (floor 1) to tasks/b.ts (floor 6)",
    ]);
  });

  it("catches a step sideways, but not in a test", () => {
    const sideways = 'import { B } from "../image/b.ts";';
    expect(told({ "onnx/a.ts": sideways })).toEqual(["onnx/a.ts: goes sideways to image/b.ts, on the same floor 2"]);
    expect(told({ "onnx/a.test.ts": sideways, "onnx/a-contract.ts": sideways })).toEqual([]);
  });

  it("catches a climb in a test", () => {
    expect(told({ "onnx/a.test.ts": 'import { B } from "../tasks/b.ts";' })).toHaveLength(1);
  });

  it("catches a circle between files once, with its way", () => {
    expect(
      told({
        "onnx/a.ts": 'import "./b.ts";',
        "onnx/b.ts": 'export * from "./c.ts";',
        "onnx/c.ts": 'type A = import("./a.ts").A;',
      }),
    ).toEqual(["a circle: onnx/a.ts → onnx/b.ts → onnx/c.ts → onnx/a.ts"]);
  });

  it("catches rooms that are not in the table and imports that leave src/", () => {
    expect(told({ "shed/a.ts": "" })).toEqual(["shed/a.ts: there is no room shed/ in scripts/floors.js"]);
    expect(told({ "cli/a.ts": 'import "../../test/b.ts";' })).toEqual([
      "cli/a.ts: imports ../test/b.ts, which is outside of src/",
    ]);
    expect(told({ "cli/a.test.ts": 'import "../../test/b.ts";' })).toEqual([]);
  });

  it("keeps Node out of the core, and lets it into node/ folders, hosts, the command line and tests", () => {
    const files = { "image/a.ts": 'import "node:fs";', "image/b.ts": 'import sharp from "sharp";' };
    expect(told(files)).toEqual([
      "image/a.ts: is core, and imports node:fs, which only Node has",
      "image/b.ts: is core, and imports sharp, which only Node has",
    ]);
    const allowed = ["image/node/a.ts", "hosts/a.ts", "cli/a.ts", "image/a.test.ts"];
    expect(told(Object.fromEntries(allowed.map((path) => [path, 'import "node:fs";'])))).toEqual([]);
    expect(told({ "training/a.ts": 'import "../store/node/b.ts";' })).toEqual([
      "training/a.ts: is core, and imports store/node/b.ts, which only Node can run",
    ]);
  });

  it("keeps tests out of the code that ships", () => {
    expect(told({ "onnx/a.ts": 'import "./b.test.ts";' })).toEqual(["onnx/a.ts: imports the test onnx/b.test.ts"]);
  });

  it("reads imports over several lines and leaves comments alone", () => {
    const source = `import {\n  a,\n} from "./a.ts";\n// import "./b.ts";\n/** from "./c.ts" */\nconst d = "https://x";\nimport "./d.ts";`;
    expect(importsOf(source)).toEqual(["./a.ts", "./d.ts"]);
  });
});
