import { counted } from "../../base/words.ts";
import type { ReportBasis, RunReport, SettingReport } from "../data.ts";
import { type Content, type Html, html } from "../html.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

type Settings = Pick<ReportBasis, "settings" | "versions"> & Pick<RunReport, "about">;

/** What everything was set to, what a person set first; what it ran on. */
export function settingsSection({ settings, versions, about = [] }: Settings): Section | undefined {
  const given = settings.filter(({ from }) => from === "given");
  const defaults = settings.filter(({ from }) => from === "default");
  const parts: readonly Content[] = [
    given.length > 0 && settingTable("Given", given),
    about.length > 0 && settingTable("Worked out from the model and the data", about),
    defaults.length > 0 &&
      folded(counted(defaults.length, "default"), settingTable("Left at their defaults", defaults)),
    Object.keys(versions).length > 0 && versionsLine(versions),
  ];
  if (!parts.some(Boolean)) return undefined;
  return { id: "settings", title: "Settings", body: parts };
}

const settingTable = (caption: string, rows: readonly Pick<SettingReport, "name" | "value">[]): Html =>
  html`<div class="settings">${table({
    caption,
    columns: [{ title: "Setting" }, { title: "Value" }],
    rows: rows.map(({ name, value }) => [name, value]),
  })}</div>`;

const versionsLine = (versions: Readonly<Record<string, string>>): Html =>
  html`<p class="quiet"><small>${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(" · ")}</small></p>`;
