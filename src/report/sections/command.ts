import { shellWord } from "../../base/words.ts";
import type { ReportBasis } from "../data.ts";
import { type Content, html } from "../html.ts";
import type { Section } from "../parts/section.ts";

/** What to type for the same again. */
export const commandSection = ({ command, settings }: Pick<ReportBasis, "command" | "settings">): Section | undefined =>
  command && {
    id: "again",
    title: "Run it again",
    body: [
      html`<pre tabindex="0" role="region" aria-label="Command"><code>${wordsTogether(command)}</code></pre>`,
      html`<p class="quiet"><small>The same seed and threads on the same machine give the same numbers.${outNote(settings)}</small></p>`,
    ],
  };

/** The folder exists, so the command would be refused or write over it. */
const outNote = (settings: ReportBasis["settings"]): string =>
  settings.some(({ name, from }) => name === "out" && from === "given")
    ? " --out is left out, for that folder exists: without it a new one is made in runs/."
    : "";

/** A flag stays on one line with its value, as far as that goes. */
function wordsTogether(command: readonly string[]): Content {
  const groups: string[] = [];
  for (const [at, word] of command.map(shellWord).entries()) {
    const isValue = at > 0 && !word.startsWith("-") && command[at - 1]?.startsWith("-") === true;
    if (isValue) groups.push(`${groups.pop() ?? ""} ${word}`);
    else groups.push(word);
  }
  return groups.map((group, at) => html`${at > 0 && " "}<span>${group}</span>`);
}
