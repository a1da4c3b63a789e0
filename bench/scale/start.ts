import { z } from "zod";
import { median } from "../../src/base/median.ts";
import { shared } from "../../test/shared.ts";
import type { FigureName } from "./figures.ts";
import { linesOf, type Measure, type MeasureContext, regraft } from "./measure.ts";

const told = z.object({ loadMs: z.number(), firstStepMs: z.number() });

const times = 3;

/**
 * What `regraft bench` tells starts when its modules are loaded. The time before is that of a bench whose model is not
 * there: it ends where the other one starts.
 */
export const start: Measure = async function* (context) {
  const real = shared("models/mobilenet_v2_1.0_224");
  yield await startOf("mobilenet_v2", "start", context);
  if (real !== undefined) yield await startOf(real, "startReal", context);
};

async function startOf(model: string, figure: FigureName, { signal, status }: MeasureContext) {
  const seconds: number[] = [];
  for (let at = 1; at <= times; at++) {
    status(`start to first step of ${model}, ${at} of ${times}`);
    const before = await regraft(["bench", "--model", "./no-such-model", "--json"], { signal });
    const run = await regraft(["bench", "--model", model, "--mode", "full", "--steps", "1", "--json"], { signal });
    const { loadMs, firstStepMs } = told.parse(linesOf(run).at(-1));
    seconds.push(before.seconds + (loadMs + firstStepMs) / 1000);
  }
  return { type: "figure", figure, value: median(seconds), how: `full step, batch 16, median of ${times}` } as const;
}
