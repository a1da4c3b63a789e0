import type { Drawer, Look } from "../charts/drawer.ts";
import { type Content, type Html, html } from "../html.ts";

export interface LegendRow {
  readonly look: Look;
  readonly name: Content;
}

/** What the marks of charts mean. */
export const legend = ({ swatch }: Drawer, rows: readonly LegendRow[]): Html =>
  html`<ul class="legend">${rows.map(({ look, name }) => html`<li>${swatch(look)}<span>${name}</span></li>`)}</ul>`;

/** A chart under its title. */
export const figure = (title: Content, chart: Html): Html =>
  html`<figure><figcaption>${title}</figcaption>${chart}</figure>`;

/** Charts beside each other where there is room, else below each other. */
export const figures = (all: readonly Html[]): Html => html`<div class="figures">${all}</div>`;
