import { type Content, type Html, html } from "../html.ts";

/** A number with a bar under it, as long as its share. @param share from 0 to 1 */
export const barred = (content: Content, share: number): Html =>
  html`<span class="barred" style="--share:${Math.min(1, Math.max(0, share)).toFixed(3)}">${content}</span>`;
