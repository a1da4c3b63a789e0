import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { crashTest } from "./crash-test.ts";
import { crashRecipes } from "./recipes.ts";
import { train } from "./training.ts";

// Real processes and real kills, a few of them: `npm run crash-test -- --kills 200` is for many.
test("a training that is killed and gone on with comes to what it would have come to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "regraft-crash-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, "pictures");
  await train(["sample", data, "--per-class", "6"], folder);
  const result = await crashTest({
    ...{ recipes: crashRecipes.slice(1, 2), data, folder, model: "models/sketchnet" },
    ...{ kills: 3, seed: 4, print: () => {} },
  });
  expect(result.failures).toEqual([]);
  expect(result.kills).toBeGreaterThanOrEqual(3);
}, 240_000);
