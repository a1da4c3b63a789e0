import { nodeHost } from "../../hosts/node.ts";
import { predictRun } from "../../tasks/predict-run.ts";
import type { Body } from "../command.ts";
import type { predictFlags, predictOperands } from "../flags/predict.ts";
import { fetchStatus } from "../output/fetch-status.ts";
import { printPrediction } from "../output/prediction.ts";

/** `regraft predict`: the best classes of each picture. Pictures that cannot be read are named; the others go on. */
export const predict: Body<typeof predictOperands, typeof predictFlags> = async ({ operands, flags, ui }) => {
  let failed = false;
  for await (const found of predictRun({ ...operands, ...flags }, nodeHost({ onFetch: fetchStatus(ui) }))) {
    failed ||= "error" in found;
    printPrediction(found, operands.images, ui);
    if (ui.out.closed) break;
  }
  return failed ? 1 : 0;
};
