import { type Content, type Html, html } from "../html.ts";

export interface Column {
  readonly title: Content;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

export interface Table {
  /** What the table tells, above it. */
  readonly caption: Content;
  /** For those who see the caption's words in the heading over it already: read out alone. */
  readonly hidesCaption?: boolean;
  readonly columns: readonly Column[];
  /** The first cell of each row is its heading. */
  readonly rows: readonly (readonly Content[])[];
  /** May be wider than a phone: it is moved inside of its place, by keys too. Says what it is called then. */
  readonly scrollsAs?: string;
}

/** A table with a caption, headings of columns and of rows. */
export function table({ caption, hidesCaption = false, columns, rows, scrollsAs }: Table): Html {
  const made = html`<table>
<caption${hidesCaption && html` class="unseen"`}>${caption}</caption>
<thead><tr>${columns.map(({ title, isNumber }) => html`<th scope="col"${numberClass(isNumber)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((content, at) => cell(content, at, columns[at]))}</tr>\n`)}</tbody>
</table>`;
  return scrollsAs === undefined ? made : scrolling(scrollsAs, made);
}

/** A place that moves sideways what is too wide. */
export const scrolling = (name: string, content: Html): Html =>
  html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${content}</div>`;

function cell(content: Content, at: number, column: Column | undefined): Html {
  const kind = numberClass(column?.isNumber);
  return at === 0 ? html`<th scope="row"${kind}>${content}</th>` : html`<td${kind}>${content}</td>`;
}

const numberClass = (isNumber: boolean | undefined): Content => isNumber === true && html` class="number"`;
