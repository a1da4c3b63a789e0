import domino from "domino";

/** An element of a page, as far as tests look at it. */
export interface MarkupElement {
  readonly tagName: string;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  getAttributeNames(): readonly string[];
}

/** What a parser makes of markup: the elements that a selector finds. */
export function elementsOf(markup: string, selector: string): readonly MarkupElement[] {
  const found: ArrayLike<MarkupElement> = domino.createDocument(markup).querySelectorAll(selector);
  return Array.from(found);
}
