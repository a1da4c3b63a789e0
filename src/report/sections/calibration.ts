import { count, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { looks } from "../charts/looks.ts";
import { reliabilityChart } from "../charts/reliability-chart.ts";
import type { CalibrationReport, EvaluationReport } from "../data.ts";
import { html } from "../html.ts";
import { figure, figures, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

/** Nearer than this, what the model says and what is true count as the same. */
const slightGap = 0.02;

/** Whether the model's scores can be taken for probabilities. */
export function calibrationSection(drawer: Drawer, { calibration }: EvaluationReport): Section | undefined {
  if (!calibration?.bins.some((bin) => bin.count > 0)) return undefined;
  return {
    id: "calibration",
    title: "Calibration",
    body: [
      html`<p>${verdict(calibration)} The expected calibration error (ECE) is ${percent(calibration.error)}.</p>`,
      figures([
        figure("Share of right answers", reliabilityChart(drawer, calibration)),
        html`<div>${[
          legend(drawer, [
            { look: looks.val, name: "answers about as sure as each other; the larger, the more" },
            { look: looks.gap, name: "what is between sure and right" },
            { look: looks.ideal, name: "where both are the same" },
          ]),
        ]}</div>`,
      ]),
      folded("In numbers", binTable(calibration)),
    ],
  };
}

function verdict({ bins }: CalibrationReport): string {
  const all = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (of: "confidence" | "accuracy") => bins.reduce((sum, bin) => sum + bin.count * bin[of], 0) / all;
  const [sure, right] = [mean("confidence"), mean("accuracy")];
  const said = `On average it is ${percent(sure)} sure, and ${percent(right)} of its answers are right`;
  if (Math.abs(sure - right) < slightGap) return `${said}: as a whole its scores can be taken at their word.`;
  return sure > right ? `${said}: it is surer than it should be.` : `${said}: it could be surer than it is.`;
}

const binTable = ({ bins }: CalibrationReport) =>
  table({
    caption: "Answers by how sure the model was",
    hidesCaption: true,
    scrollsAs: "Answers by how sure the model was",
    columns: [
      { title: "Sure" },
      { title: "Answers", isNumber: true },
      { title: "Mean", isNumber: true },
      { title: "Right", isNumber: true },
    ],
    rows: bins
      .filter((bin) => bin.count > 0)
      .map((bin) => [
        `${percent(bin.from)} to ${percent(bin.to)}`,
        count(bin.count),
        percent(bin.confidence),
        percent(bin.accuracy),
      ]),
  });
