import { count, counted, duration, percent } from "../base/words.ts";
import { loadDrawer } from "./charts/drawer.ts";
import type { ComparisonReport } from "./data.ts";
import { range } from "./headline.ts";
import { type Content, html, named } from "./html.ts";
import { page } from "./page.ts";
import { type Fact, factList } from "./parts/facts.ts";
import { commandSection } from "./sections/command.ts";
import { dataSection } from "./sections/data.ts";
import { lessDataSection } from "./sections/less-data.ts";
import { settingsSection } from "./sections/settings.ts";
import { strategiesSection } from "./sections/strategies.ts";
import { strategyCurvesSection } from "./sections/strategy-curves.ts";
import { footerOf, kickerOf, leadOf } from "./shared-parts.ts";

/** A comparison's report as one page of HTML, which needs neither a network nor a script. */
export async function renderComparisonReport(report: ComparisonReport): Promise<string> {
  const drawer = await loadDrawer();
  const sections = [
    strategiesSection(drawer, report),
    strategyCurvesSection(drawer, report),
    lessDataSection(drawer, report),
    dataSection(report),
    settingsSection(report),
    commandSection(report),
  ];
  return page({
    title: `${report.title}, strategies compared · Regraft`,
    kicker: kickerOf("Comparison of strategies", report),
    headline: html`Take ${named(report.take)}.`,
    lead: [notice(report), leadOf([...report.reasons, seedWarning(report)]), factList(factsOf(report))],
    sections: sections.filter((part) => part !== undefined),
    footer: footerOf(report),
  });
}

const notice = ({ status }: ComparisonReport): Content =>
  status === "interrupted" &&
  html`<p class="notice">The comparison was stopped before its end, and is judged by what was done.</p>`;

/** What resampling one seed cannot see. */
function seedWarning({ strategies }: ComparisonReport): string | undefined {
  const seeds = Math.min(...strategies.map(({ runs }) => runs.length));
  return seeds > 1
    ? undefined
    : "Each was trained with one seed: how far another would move it is in none of these numbers.";
}

function factsOf({ strategies, take, seconds, classes, examples }: ComparisonReport): readonly Fact[] {
  const taken = strategies.find(({ name }) => name === take);
  const seeds = Math.min(...strategies.map(({ runs }) => runs.length));
  return [
    ...(taken
      ? [
          { name: "Accuracy", value: percent(taken.accuracy.mean), note: range(taken.accuracy) },
          { name: "A training", value: duration(taken.seconds), note: html`of ${named(take)}` },
        ]
      : []),
    {
      name: "Compared",
      value: counted(strategies.length, "strategy", "strategies"),
      note: `${counted(seeds, "seed")} each, ${duration(seconds)} in all`,
    },
    {
      name: "Pictures",
      value: count(examples.train + examples.val),
      note: `${counted(classes.length, "class", "classes")}, ${count(examples.val)} to judge by`,
    },
  ];
}
