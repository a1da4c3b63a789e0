import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Elsewhere, elsewhere } from "../../test/fixtures/elsewhere.ts";
import { diskHost } from "../../test/fixtures/host.ts";
import { writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { random } from "../base/random.ts";
import { compareStrategies } from "./compare.ts";
import { lockRun } from "./run-lock.ts";
import { type TrainRunOptions, trainRun } from "./train-run.ts";

let folder: string;
let quick: TrainRunOptions;
let other: Elsewhere | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "regraft-two-"));
  const { store } = diskHost();
  const [model, data] = [join(folder, "model"), join(folder, "data")];
  await writeTinyModel(store, model);
  await writeTrainVal(store, data, { classes: 2, perClass: 6 });
  quick = { model, data, out: join(folder, "runs", "a"), headEpochs: 1, tuneEpochs: 0, batch: 4, report: false };
});
afterEach(async () => {
  await other?.kill();
  other = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A process that trains for longer than any test takes. */
async function training(options: Partial<TrainRunOptions> = {}): Promise<Elsewhere> {
  other = elsewhere("train-elsewhere.ts", [JSON.stringify({ ...quick, headEpochs: 1_000_000, ...options })]);
  expect(await other.line()).toBe("training");
  return other;
}

const runs = () => readdirSync(join(folder, "runs")).sort();

test("a run folder that another process writes is refused, and free once that is killed", async () => {
  const { pid, kill } = await training();
  const refusal = {
    code: "in-use",
    message: expect.stringContaining(`"${quick.out}" is being written by process ${pid} on `),
  };
  await expect(trainRun(quick, diskHost())).rejects.toMatchObject(refusal);
  await expect(trainRun({ ...quick, overwrite: true }, diskHost())).rejects.toMatchObject(refusal);
  const comparison = { ...{ model: quick.model, data: quick.data, out: `${quick.out}/`, overwrite: true } };
  await expect(compareStrategies(comparison, diskHost())).rejects.toMatchObject(refusal);
  await kill();
  expect(runs()).toEqual(["a", "a.regraft-lock"]);
  const temporary = ".regraft-0b5f1c9e-2d3a-4e5f-8a9b-0c1d2e3f4a5b.tmp";
  writeFileSync(join(quick.out, temporary), "cut off");
  await expect(trainRun(quick, diskHost())).rejects.toMatchObject({ code: "run-exists" });
  expect(runs()).toEqual(["a"]);
  expect(readdirSync(quick.out)).not.toContain(temporary);
  expect((await trainRun({ ...quick, overwrite: true }, diskHost())).stopped).toBe("done");
  expect(runs()).toEqual(["a"]);
});

test("a run that is being replaced is refused too, and stays as it was where that is killed", async () => {
  const { valLoss } = await trainRun(quick, diskHost());
  const { kill } = await training({ overwrite: true });
  expect(runs()).toEqual(["a", "a.regraft-lock", "a.regraft-new"]);
  await expect(trainRun({ ...quick, overwrite: true }, diskHost())).rejects.toMatchObject({ code: "in-use" });
  await kill();
  const { store } = diskHost();
  const about = JSON.parse(await store.readText(join(quick.out, "run.json")));
  expect(about).toMatchObject({ status: "finished", result: { valLoss } });
  await trainRun({ ...quick, overwrite: true }, diskHost());
  expect(runs()).toEqual(["a"]);
});

/** How often a process is killed while it replaces runs; each takes about a second. */
const kills = Number(process.env.REGRAFT_KILLS ?? 4);

test(`a run that is replaced is whole after every kill, the old one or the new one (${kills} kills)`, async () => {
  const { store } = diskHost();
  const { out } = quick;
  const moments = random(3);
  const numberIn = async (...parts: readonly string[]): Promise<number> =>
    JSON.parse(await store.readText(join(out, ...parts))).number;
  let last = 0;
  const cut = { aside: 0, old: 0, fresh: 0 };
  for (let kill = 0; kill < kills; kill++) {
    other = elsewhere("replace-run.ts", [out, String(last + 1)]);
    expect(await other.line()).toBe("ready");
    await wait(moments.next() * 40);
    await other.kill();
    cut.aside += existsSync(out) ? 0 : 1;
    cut.old += existsSync(`${out}.regraft-old`) ? 1 : 0;
    cut.fresh += existsSync(`${out}.regraft-new`) ? 1 : 0;
    await (await lockRun(out, store)).release();
    const number = await numberIn("run.json");
    expect(await numberIn("model", "config.json")).toBe(number);
    expect(number).toBeGreaterThan(last);
    expect(runs().filter((name) => name !== "a.regraft-new")).toEqual(["a"]);
    last = number;
  }
  if (process.env.REGRAFT_KILLS !== undefined) console.log(`${last} runs, killed ${kills} times:`, cut);
}, 600_000);
