import { type Content, type Html, html } from "../html.ts";

/** A number worth a glance. */
export interface Fact {
  readonly name: string;
  readonly value: Content;
  readonly note?: Content;
}

export const factList = (facts: readonly Fact[]): Html =>
  html`<dl class="facts">${facts.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd class="value">${value}</dd>${note !== undefined && html`<dd class="note">${note}</dd>`}</div>`,
  )}</dl>`;
