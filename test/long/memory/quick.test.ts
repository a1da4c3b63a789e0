import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { modes } from "./train.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("./run.ts", import.meta.url));
const loader = fileURLToPath(new URL("../../load-typescript.js", import.meta.url));

/** Memory is still warming up in so few steps: it is looked at closely by `npm run memory-test` alone. */
const quick = ["--steps", "200", "--batch", "8", "--growth", "0.5"];

test.skipIf(!existsSync("/proc/self/fd")).each(Object.keys(modes))(
  "%s: in a few hundred steps no handle and no thread is left open",
  async (mode) => {
    const { stdout } = await run(process.execPath, ["--import", loader, script, "--mode", mode, ...quick, "--json"]);
    const { leaks, samples } = JSON.parse(stdout);
    expect(leaks).toEqual([]);
    expect(samples.length).toBeGreaterThanOrEqual(150);
  },
  300_000,
);
