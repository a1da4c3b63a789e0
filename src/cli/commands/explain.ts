import { explainRun } from "../../tasks/explain-run.ts";
import type { Body } from "../command.ts";
import type { explainFlags, explainOperands } from "../flags/explain.ts";
import { hostFor } from "../host-for.ts";
import { printExplanation, printLayer } from "../output/explanation.ts";

/** `regraft explain`: where in pictures a model sees what. Pictures that cannot be read are named; the others go on. */
export const explain: Body<typeof explainOperands, typeof explainFlags> = async ({ operands, flags, ui }) => {
  const { images } = operands;
  const { layer, images: explained, close } = await explainRun({ ...operands, ...flags }, hostFor(ui));
  const counts = { explained: 0, failed: 0 };
  try {
    for await (const found of explained) {
      counts["error" in found ? "failed" : "explained"]++;
      printExplanation(found, images, ui);
      if (ui.out.closed) break;
    }
  } finally {
    await close();
  }
  printLayer({ layer, ...counts }, ui);
  return counts.failed > 0 ? 1 : 0;
};
