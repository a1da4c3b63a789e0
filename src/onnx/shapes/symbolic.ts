import type { Dim } from "../../base/shape.ts";
import { demand } from "./rule.ts";

/**
 * Integer arithmetic on extents of which some are names. A symbolic extent is a polynomial with whole coefficients over
 * atoms: names ("N"), calls ("floor((H-1)/2)") and, in braces, any other text. Its canonical text is the `Dim`, so that
 * equal extents that come along different branches are equal strings.
 */
type Polynomial = ReadonlyMap<string, number>;

/** Characters of an expression. A few dozen nodes can double one with each; those of networks have up to some hundreds. */
const mostLength = 10_000;

/** Terms that are multiplied with each other: a product of sums has as many as the product of theirs. */
const mostProducts = 10_000;

/** @throws {ShapeConflict} for an expression that is no network's */
function short(text: string): string {
  demand(text.length <= mostLength, () => `an extent whose expression has ${text.length} characters`);
  return text;
}

/** Key of the constant term. A term's key is its atoms, sorted and joined. */
const ONE = "";
const JOIN = "\u0000";

export const addDims = (a: Dim, b: Dim): Dim =>
  typeof a === "number" && typeof b === "number" ? a + b : toDim(sum(polynomial(a), polynomial(b), 1));

export const subDims = (a: Dim, b: Dim): Dim =>
  typeof a === "number" && typeof b === "number" ? a - b : toDim(sum(polynomial(a), polynomial(b), -1));

export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b;
  if (a === 1) return b;
  if (b === 1) return a;
  const [left, right] = [polynomial(a), polynomial(b)];
  demand(left.size * right.size <= mostProducts, () => "an extent that is a product of long sums");
  const product = new Map<string, number>();
  for (const [keyA, x] of left) {
    for (const [keyB, y] of right) accumulate(product, joinKeys(keyA, keyB), x * y);
  }
  return toDim(product);
}

export const productOf = (dims: readonly Dim[]): Dim => dims.reduce(mulDims, 1);

/** a / b where that is whole for every value of the names, else undefined. */
export function exactQuotient(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (a === b) return 1;
  if (b === 1) return a;
  if (typeof a === "number" && typeof b === "number") return Number.isInteger(a / b) ? a / b : undefined;
  const [numerator, divisor] = [polynomial(a), polynomial(b)];
  return divisor.size === 1 ? byTerm(numerator, divisor) : byFactor(numerator, divisor);
}

/** The quotient of a and b rounded towards zero, as ONNX divides integers. Names stand for extents, so they round down. */
export function divDims(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b);
  const exact = exactQuotient(a, b);
  if (exact !== undefined) return exact;
  const [numerator, divisor] = reduced(a, b);
  return short(`floor(${operand(numerator)}/${operand(divisor)})`);
}

/** Numerator and divisor without the names that both are multiples of. */
function reduced(a: Dim, b: Dim): readonly [Dim, Dim] {
  const [key = ONE] = polynomial(b).keys();
  return atomsOf(key).reduce<readonly [Dim, Dim]>(
    ([numerator, divisor], atom) => {
      const fewer = [exactQuotient(numerator, atom), exactQuotient(divisor, atom)] as const;
      return fewer[0] === undefined || fewer[1] === undefined ? [numerator, divisor] : [fewer[0], fewer[1]];
    },
    [a, b],
  );
}

/** The larger of two extents that are equal or of which one is 1: what broadcasting makes of two different names. */
export const maxDims = (a: Dim, b: Dim): Dim => (a === b ? a : short(`max(${[a, b].map(String).sort().join(",")})`));

/**
 * true or false where it is so for all values of the names.
 */
export function equalDims(a: Dim, b: Dim): boolean | undefined {
  if (a === b) return true;
  const [least, most] = boundsOf(subDims(a, b));
  if (least === 0 && most === 0) return true;
  return least > 0 || most < 0 ? false : undefined;
}

/** The least and the most that an expression can be for any values of its names, which are extents and at least 1. */
export function boundsOf(dim: Dim): readonly [number, number] {
  let [least, most] = [0, 0];
  for (const [key, coefficient] of polynomial(dim)) {
    const [low, high] = termBounds(key);
    least += coefficient * (coefficient > 0 ? low : high);
    most += coefficient * (coefficient > 0 ? high : low);
  }
  return [least, most];
}

function termBounds(key: string): readonly [number, number] {
  if (key === ONE) return [1, 1];
  const isRounded = atomsOf(key).some((atom) => atom.startsWith("floor("));
  return [isRounded ? Number.NEGATIVE_INFINITY : 1, Number.POSITIVE_INFINITY];
}

function byTerm(numerator: Polynomial, divisor: Polynomial): Dim | undefined {
  const quotient = new Map<string, number>();
  const [[key, coefficient] = [ONE, 1]] = divisor;
  for (const [term, value] of numerator) {
    const rest = withoutAtoms(term, key);
    if (rest === undefined || value % coefficient !== 0) return undefined;
    quotient.set(rest, value / coefficient);
  }
  return toDim(quotient);
}

/** The whole number k with numerator = k · divisor, where there is one. */
function byFactor(numerator: Polynomial, divisor: Polynomial): Dim | undefined {
  if (numerator.size !== divisor.size) return undefined;
  const ratios = [...divisor].map(([key, value]) => (numerator.get(key) ?? Number.NaN) / value);
  const [ratio] = ratios;
  return ratio !== undefined && Number.isInteger(ratio) && ratios.every((r) => r === ratio) ? ratio : undefined;
}

function sum(a: Polynomial, b: Polynomial, sign: number): Polynomial {
  const total = new Map(a);
  for (const [key, value] of b) accumulate(total, key, sign * value);
  return total;
}

function accumulate(target: Map<string, number>, key: string, value: number): void {
  const total = (target.get(key) ?? 0) + value;
  if (total === 0) target.delete(key);
  else target.set(key, total);
}

const atomsOf = (key: string): string[] => (key === ONE ? [] : key.split(JOIN));
const joinKeys = (a: string, b: string): string => [...atomsOf(a), ...atomsOf(b)].sort().join(JOIN);

function withoutAtoms(key: string, removed: string): string | undefined {
  const atoms = atomsOf(key);
  for (const atom of atomsOf(removed)) {
    const at = atoms.indexOf(atom);
    if (at < 0) return undefined;
    atoms.splice(at, 1);
  }
  return atoms.join(JOIN);
}

/** In brackets where it is a sum or a product. */
function operand(dim: Dim): string {
  const terms = polynomial(dim);
  const isOne =
    terms.size === 1 && [...terms].every(([key, value]) => key === ONE || (value === 1 && !key.includes(JOIN)));
  return isOne ? String(dim) : `(${dim})`;
}

function toDim(terms: Polynomial): Dim {
  const keys = [...terms.keys()].filter((key) => key !== ONE).sort();
  const constant = terms.get(ONE) ?? 0;
  if (keys.length === 0) return constant;
  const [only] = keys;
  if (keys.length === 1 && constant === 0 && only?.startsWith("{") && terms.get(only) === 1 && !only.includes(JOIN)) {
    return only.slice(1, -1);
  }
  const texts = keys.map((key) => termText(atomsOf(key), terms.get(key) ?? 0));
  if (constant !== 0) texts.push(String(constant));
  return short(texts.reduce((text, term) => (term.startsWith("-") ? `${text}${term}` : `${text}+${term}`)));
}

function termText(atoms: readonly string[], coefficient: number): string {
  const product = atoms.join("*");
  if (coefficient === 1) return product;
  return coefficient === -1 ? `-${product}` : `${coefficient}*${product}`;
}

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === "number") return dim === 0 ? new Map() : new Map([[ONE, dim]]);
  return parse(dim) ?? new Map([[`{${dim}}`, 1]]);
}

/** A whole number, a sign or product, a name with its arguments if it is a call, or text in braces. */
const TOKEN = /\s*(?:(\d+)|([-+*])|([A-Za-z_][\w.]*(?=\s*[^(\s\w.]|\s*$))|([A-Za-z_][\w.]*\(|\{))\s*/y;

/** Sums of products of numbers and atoms; undefined for any other text. */
function parse(text: string): Polynomial | undefined {
  const tokens = tokensOf(text);
  const total = new Map<string, number>();
  if (!tokens) return undefined;
  let [coefficient, key, wantsFactor] = [1, ONE, true];
  for (const [at, token] of tokens.entries()) {
    const isOperator = token === "+" || token === "-" || token === "*";
    if (isOperator && wantsFactor && (at > 0 || token !== "-")) return undefined;
    if (!isOperator && !wantsFactor) return undefined;
    wantsFactor = isOperator;
    if (!isOperator && /^\d/.test(token)) coefficient *= Number(token);
    else if (!isOperator) key = joinKeys(key, token);
    else if (token !== "*") {
      if (at > 0) accumulate(total, key, coefficient);
      [coefficient, key] = [token === "-" ? -1 : 1, ONE];
    }
  }
  if (wantsFactor) return undefined;
  accumulate(total, key, coefficient);
  return total;
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const [, number, operator, name, opening] = TOKEN.exec(text) ?? [];
    const plain = number ?? operator ?? name;
    if (plain !== undefined) tokens.push(plain);
    const end = plain === undefined ? opening && closing(text, at) : TOKEN.lastIndex;
    if (end === undefined || end === "") return undefined;
    if (plain === undefined) tokens.push(text.slice(at, end).trim());
    at = end;
  }
  return tokens;
}

/** Where the first bracket after `start` closes again. */
function closing(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(" || text[at] === "{") depth++;
    if ((text[at] === ")" || text[at] === "}") && --depth === 0) return at + 1;
  }
  return undefined;
}
