import { predictRun } from "../../tasks/predict-run.ts";
import type { Body } from "../command.ts";
import type { predictFlags, predictOperands } from "../flags/predict.ts";
import { hostFor } from "../host-for.ts";
import { printPrediction } from "../output/prediction.ts";

/** `regraft predict`: the best classes of each picture. Pictures that cannot be read are named; the others go on. */
export const predict: Body<typeof predictOperands, typeof predictFlags> = async ({ operands, flags, ui }) => {
  let failed = false;
  for await (const found of predictRun({ ...operands, ...flags }, hostFor(ui))) {
    failed ||= "error" in found;
    printPrediction(found, operands.images, ui);
    if (ui.out.closed) break;
  }
  return failed ? 1 : 0;
};
