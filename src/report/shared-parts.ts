import type { ReportBasis } from "./data.ts";
import { type Content, html, named } from "./html.ts";

/** What it is about, where and when: small, above the headline. */
export const kickerOf = (kind: string, { title, model, started }: ReportBasis): readonly Content[] => [
  html`<b>${kind}</b>`,
  named(title),
  named(lastPart(model)),
  started !== undefined && html`<time datetime="${started}">${started.slice(0, 16).replace("T", " ")} UTC</time>`,
];

/** "mobilenet" of a path, "owner/name" of a hub's. */
const lastPart = (model: string): string =>
  model.startsWith("hf:") ? model.slice(3) : (model.split(/[\\/]/).filter(Boolean).at(-1) ?? model);

export const footerOf = ({ versions }: ReportBasis): string =>
  `Made by Regraft${versions.regraft === undefined ? "" : ` ${versions.regraft}`}. This page holds all it shows: it fetches nothing and runs nothing.`;

/** The sentence that counts, then the others as one paragraph. */
export function leadOf(sentences: readonly Content[]): Content {
  const [first, ...rest] = sentences.filter((sentence) => sentence !== undefined);
  if (first === undefined) return undefined;
  const others = rest.length > 0 && html`<p>${rest.map((sentence) => html`${sentence} `)}</p>`;
  return html`<div class="lead"><p>${first}</p>${others}</div>`;
}
