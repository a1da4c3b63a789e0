import { explainErrors } from "../../tasks/explain-errors.ts";
import type { Body } from "../command.ts";
import type { errorsFlags, errorsOperands } from "../flags/errors.ts";
import { errorAccountLines, errorTable } from "../output/error-accounts.ts";
import { printJson } from "../output/ui.ts";

/** `regraft errors`: what the codes of errors mean; of one code, when it comes up and what to do. */
export const errors: Body<typeof errorsOperands, typeof errorsFlags> = async ({ operands: { code }, ui }) => {
  const accounts = explainErrors(code);
  if (ui.json) printJson(ui, { type: "result", errors: accounts });
  else {
    const lines =
      code === undefined ? errorTable(accounts, ui.out) : accounts.flatMap((one) => errorAccountLines(one, ui.out));
    for (const line of lines) ui.out.line(line);
  }
  return 0;
};
