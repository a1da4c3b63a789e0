import { doctorModel } from "../../tasks/doctor.ts";
import type { Body } from "../command.ts";
import type { doctorFlags, doctorOperands } from "../flags/doctor.ts";
import { hostFor } from "../host-for.ts";
import { diagnosisLines } from "../output/diagnosis.ts";
import { printJson } from "../output/ui.ts";

/**
 * `regraft doctor`: what can be trained of a model, and what that takes. Exit code 1 where nothing can be trained, or a
 * gradient is wrong.
 */
export const doctor: Body<typeof doctorOperands, typeof doctorFlags> = async ({ operands, flags, ui }) => {
  const onProgress = (text: string) => ui.err.status(text);
  const diagnosis = await doctorModel({ ...operands, ...flags, onProgress }, hostFor(ui));
  ui.err.clearStatus();
  if (ui.json) printJson(ui, { type: "result", ...diagnosis });
  else for (const line of diagnosisLines(diagnosis, ui.out)) ui.out.line(line);
  const isWrong = diagnosis.gradients?.layers.some(({ verdict }) => verdict === "fail") ?? false;
  return diagnosis.trains === "nothing" || isWrong ? 1 : 0;
};
