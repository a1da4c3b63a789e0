import { loadDrawer } from "./charts/drawer.ts";
import type { ComparisonReport } from "./data.ts";
import { page } from "./page.ts";
import { commandSection } from "./sections/command.ts";
import { lessDataSection } from "./sections/less-data.ts";
import { settingsSection } from "./sections/settings.ts";
import { strategiesSection } from "./sections/strategies.ts";
import { strategyCurvesSection } from "./sections/strategy-curves.ts";
import { footerOf, kickerOf, leadOf } from "./shared-parts.ts";
import { verdict } from "./verdict.ts";

/** A comparison's report as one page of HTML, which needs neither a network nor a script. */
export async function renderComparisonReport(report: ComparisonReport): Promise<string> {
  const drawer = await loadDrawer();
  const { summaries, choice, best, headline, sentences } = verdict(report);
  const sections = [
    strategiesSection(drawer, { summaries, choice, best, target: report.target }),
    strategyCurvesSection(drawer, report),
    lessDataSection(drawer, report),
    settingsSection(report),
    commandSection(report),
  ];
  return page({
    title: `${report.title}, strategies compared · Regraft`,
    kicker: kickerOf("Comparison of strategies", report),
    headline,
    lead: leadOf(sentences),
    sections: sections.filter((part) => part !== undefined),
    footer: footerOf(report),
  });
}
