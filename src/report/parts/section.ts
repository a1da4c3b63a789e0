import { type Content, type Html, html } from "../html.ts";

/** A part of a report. */
export interface Section {
  /** Names it in addresses: letters and dashes. */
  readonly id: string;
  readonly title: string;
  readonly body: Content;
}

export const section = ({ id, title, body }: Section): Html => html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<div class="body">${body}</div>
</section>`;

/** What only some want to see. */
export const folded = (summary: Content, body: Content): Html =>
  html`<details><summary>${summary}</summary><div>${body}</div></details>`;
