import { writeSample } from "../../data/sample/write-sample.ts";
import { nodeHost } from "../../hosts/node.ts";
import type { Body } from "../command.ts";
import type { sampleFlags, sampleOperands } from "../flags/sample.ts";
import { counted, shellWord } from "../output/format.ts";
import { printJson } from "../output/ui.ts";

/** `regraft sample`: draws a data set into a folder. */
export const sample: Body<typeof sampleOperands, typeof sampleFlags> = async ({ operands, flags, ui }) => {
  const { store, encoder } = nodeHost();
  const { folder } = operands;
  ui.err.status(ui.err.colors.dim("  drawing …"));
  const { classes, count } = await writeSample(folder, { store, encoder, ...flags });
  ui.err.clearStatus();
  if (ui.json) printJson(ui, { type: "result", folder, classes, count });
  else {
    const { bold, dim, green } = ui.out.colors;
    ui.out.line(`  ${green("✓")} ${counted(count, "picture")} → ${bold(folder)} ${dim(`· ${classes.join(", ")}`)}`);
    ui.out.line(dim(`    npx regraft train ${shellWord(folder)} --model <model>`));
  }
  return 0;
};
