import { count, counted, decimals, duration, percent } from "../base/words.ts";
import { type Drawer, loadDrawer } from "./charts/drawer.ts";
import type { RunReport, RunStatus } from "./data.ts";
import { judgedOf, range, runHeadline } from "./headline.ts";
import { html } from "./html.ts";
import { page } from "./page.ts";
import { type Fact, factList } from "./parts/facts.ts";
import type { Section } from "./parts/section.ts";
import { calibrationSection } from "./sections/calibration.ts";
import { classesSection } from "./sections/classes.ts";
import { commandSection } from "./sections/command.ts";
import { confusionSection } from "./sections/confusion.ts";
import { curvesSection } from "./sections/curves.ts";
import { dataSection } from "./sections/data.ts";
import { mistakesSection } from "./sections/mistakes.ts";
import { settingsSection } from "./sections/settings.ts";
import { footerOf, kickerOf, leadOf } from "./shared-parts.ts";

/** Bytes that the pictures of a page may take together: the page stays below 5 MB. */
const pictureRoom = 4_200_000;

/**
 * A run's report as one page of HTML, which needs neither a network nor a script.
 *
 * @throws {UsageError} "bad-option" where a picture's address is none that `pictureAddress` makes
 */
export async function renderRunReport(report: RunReport): Promise<string> {
  const drawer = await loadDrawer();
  const { headline, sentences } = runHeadline(report);
  const notice = notices[report.status];
  return page({
    title: `${report.title} · Regraft`,
    kicker: kickerOf("Training report", report),
    headline,
    lead: [notice !== undefined && html`<p class="notice">${notice}</p>`, leadOf(sentences), factList(factsOf(report))],
    sections: sectionsOf(drawer, report),
    footer: footerOf(report),
  });
}

const notices: { readonly [S in RunStatus]?: string } = {
  running: "The run had not ended when this was written.",
  interrupted: "The run was stopped before its last epoch; the best model so far was kept.",
  diverged: "The loss stopped being a number; the best model before that was kept. A lower learning rate may help.",
};

function factsOf(report: RunReport): readonly Fact[] {
  const { phases, examples, result, evaluation, classes } = report;
  const judged = judgedOf(report);
  const loss = evaluation?.measures.loss ?? result?.valLoss;
  const epochs = phases.filter((phase) => phase.epochs > 0);
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const facts: readonly (Fact | undefined)[] = [
    judged && { name: "Accuracy", value: percent(judged.accuracy), note: range(judged.interval) },
    loss === undefined
      ? undefined
      : { name: "Loss", value: decimals(loss), note: `on ${judged?.pictures ?? "validation"} pictures` },
    epochs.length === 0
      ? undefined
      : {
          name: "Trained in",
          value: duration(seconds),
          note: `${epochs.map((phase) => `${phase.name} ${phase.epochs}`).join(", ")} epochs`,
        },
    {
      name: "Pictures",
      value: count(examples.train + examples.val),
      note: `${counted(classes.length, "class", "classes")}, ${count(examples.val)} to judge by`,
    },
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** What is worth looking at first comes first. */
function sectionsOf(drawer: Drawer, report: RunReport): readonly Section[] {
  const { evaluation, mistakes } = report;
  const sections = [
    curvesSection(drawer, report),
    evaluation && confusionSection(evaluation),
    mistakes && mistakesSection(mistakes, pictureRoom),
    evaluation && classesSection(evaluation),
    evaluation && calibrationSection(drawer, evaluation),
    dataSection(report),
    settingsSection(report),
    commandSection(report),
  ];
  return sections.filter((part) => part !== undefined);
}
