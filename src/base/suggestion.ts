/** The names of `known` that differ least from `wanted` (Levenshtein distance), nearest first. */
function nearestNames(
  wanted: string,
  known: Iterable<string>,
  { most = 3 }: { readonly most?: number } = {},
): readonly string[] {
  const ranked = [...new Set(known)].map((name) => ({ name, distance: editDistance(wanted, name) }));
  ranked.sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, most).map(({ name }) => name);
}

/** "Did you mean ...?" for an unknown name; undefined where there is nothing to suggest. */
export function suggestion(wanted: string, known: Iterable<string>): { readonly hint: string } | undefined {
  const names = nearestNames(wanted, known);
  return names.length === 0 ? undefined : { hint: `Nearest names: ${names.map((name) => `"${name}"`).join(", ")}.` };
}

/** At most so many letters are wrong, and at least so large a share of them is right: commander's rule for flags. */
const mostWrong = 3;
const leastRight = 0.4;

/** The one name that is likely meant; undefined where none is near. */
export function meantName(wanted: string, known: Iterable<string>): string | undefined {
  const [name] = nearestNames(wanted, known, { most: 1 });
  if (name === undefined) return undefined;
  const [wrong, length] = [editDistance(wanted, name), Math.max(wanted.length, name.length)];
  return wrong <= mostWrong && (length - wrong) / length > leastRight ? name : undefined;
}

/** Insertions, deletions and replacements, upper and lower case alike; one row of the table kept at a time. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
