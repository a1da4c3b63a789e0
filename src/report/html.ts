/** A piece of a page that is safe as it stands: made by `html`, or trusted. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: pieces of a page as they are, text and numbers escaped, nothing for what is absent. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** A piece of a page; whatever is put into it is escaped, inside of attributes too, which stand in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, string, at) => text + written(values[at - 1]) + string));
}

/** Markup that a library wrote and escaped. */
export const trusted = (markup: string): Html => new Html(markup);

/** A name from outside, of a class or a file: letters that run right to left stay inside of it. */
export const named = (name: string): Html => html`<bdi>${name}</bdi>`;

/** A file's path: broken anywhere where it is long. */
export const filed = (path: string): Html => html`<bdi class="path">${path}</bdi>`;

function written(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "string" || typeof content === "number") return escaped(String(content));
  return content.map(written).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Not allowed in HTML, or turning the text that follows around: a file's name could pass for another. */
const unwelcome = /[\0-\x08\v\f\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign).replace(unwelcome, "\ufffd");
