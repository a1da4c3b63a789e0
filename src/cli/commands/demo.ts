import { nodeHost } from "../../hosts/node.ts";
import { type DemoEvent, runDemo } from "../../tasks/demo.ts";
import type { Body } from "../command.ts";
import type { demoFlags, demoOperands } from "../flags/demo.ts";
import { demoHeading, demoSummary } from "../output/demo.ts";
import { counted } from "../output/format.ts";
import { Progress } from "../output/progress.ts";
import { lineOf } from "../output/run-lines.ts";
import type { Terminal } from "../output/terminal.ts";
import { printJson, type Ui } from "../output/ui.ts";

/** Of the demo's many short epochs, each so many has a line. */
const every = 5;

/** `regraft demo`: draws pictures, trains on them, compares with training from scratch, names new pictures. */
export const demo: Body<typeof demoOperands, typeof demoFlags> = async ({ flags, ui }) => {
  const { out = "runs/demo", ...rest } = flags;
  const progress = new Progress(ui.err, { now: ui.now, run: out, every });
  const isShown = !ui.json || (ui.err.live && !ui.out.live);
  const onEvent = (event: DemoEvent) => {
    if (ui.json) printEvent(event, ui);
    if (isShown) show(event, { progress, terminal: ui.err });
  };
  try {
    const result = await runDemo({ ...rest, out, signal: ui.signal, onEvent }, nodeHost());
    if (ui.json) printJson(ui, { type: "result", ...result });
    else for (const line of demoSummary(result, ui.out.colors)) ui.out.line(line);
    return result.stopped === "interrupted" ? 130 : 0;
  } finally {
    progress.close();
  }
};

function printEvent(event: DemoEvent, ui: Ui): void {
  const isOwn = event.type === "step" || event.type === "drawn" || event.type === "prediction";
  const line = isOwn ? event : lineOf(event);
  if (line) printJson(ui, line);
}

function show(event: DemoEvent, { progress, terminal }: { readonly progress: Progress; readonly terminal: Terminal }) {
  const { dim } = terminal.colors;
  if (event.type === "step") {
    for (const line of demoHeading(event.step, terminal.colors)) terminal.line(line);
    return terminal.status(dim(event.step === "draw" ? "  drawing …" : ""));
  }
  if (event.type === "prediction") return;
  if (event.type !== "drawn") return progress.show(event);
  const { train, val, classes, pictures } = event;
  terminal.clearStatus();
  terminal.line(`   ${counted(train, "picture")} to learn from, ${val} to judge by ${dim(`· ${classes.join(", ")}`)}`);
  terminal.line(dim(`   ${pictures}`));
}
