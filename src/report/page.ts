import { stylesheet } from "./css.ts";
import { type Content, type Html, html, trusted } from "./html.ts";
import { type Section, section } from "./parts/section.ts";

export interface Page {
  /** Of the window. */
  readonly title: string;
  /** Small, above the headline: what kind of report of what. */
  readonly kicker: readonly Content[];
  /** What was learned, in a sentence. */
  readonly headline: Content;
  /** What stands below it. */
  readonly lead: Content;
  readonly sections: readonly Section[];
  readonly footer: Content;
}

/** Nothing is fetched and nothing runs: only styles and pictures that the page itself holds. */
const policy = trusted("default-src 'none'; style-src 'unsafe-inline'; img-src data:");

/** A whole page in one file. */
export const page = ({ title, kicker, headline, lead, sections, footer }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Regraft">
<title>${title}</title>
<style>${trusted(stylesheet)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
<header class="wide top">
<p class="kicker">${kicker.map((part) => html`<span>${part}</span>`)}</p>
<h1>${headline}</h1>
${lead}
</header>
${navigation(sections)}
<main class="wide" id="content" tabindex="-1">${sections.map(section)}
</main>
<footer><div class="wide">${footer}</div></footer>
</body>
</html>
`.text;

const navigation = (sections: readonly Section[]): Content =>
  sections.length > 1 && html`<nav aria-label="Sections"><div class="wide"><ul>${sections.map(link)}</ul></div></nav>`;

const link = ({ id, title }: Section): Html => html`<li><a href="#${id}">${title}</a></li>`;
