import { UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";

/**
 * The number of a class, from its name, one of its names ("goldfish" of "goldfish, Carassius auratus") or its number; upper and
 * lower case alike. A name goes before a number: classes may be called "7".
 *
 * @throws {UsageError} "bad-option" for an unknown one, or a name that several classes have
 */
export function classNamed(labels: readonly string[], wanted: string | number): number {
  if (typeof wanted === "string") {
    const found = byName(labels, wanted.trim().toLowerCase());
    if (found.length > 1) {
      throw new UsageError("bad-option", `Several classes are called "${wanted}": ${found.join(", ")}.`, {
        hint: "Give the number of the one that is meant.",
      });
    }
    const [only] = found;
    if (only !== undefined) return only;
  }
  const number = typeof wanted === "string" && /^\d+$/.test(wanted.trim()) ? Number(wanted) : wanted;
  if (typeof number === "string") {
    const names = labels.flatMap((label) => [label, ...synonymsOf(label)]);
    throw new UsageError("bad-option", `The model has no class "${wanted}".`, suggestion(wanted.toString(), names));
  }
  if (Number.isInteger(number) && number >= 0 && number < labels.length) return number;
  throw new UsageError("bad-option", `The model has no class ${wanted}.`, {
    hint: `Its classes are numbered from 0 to ${labels.length - 1}.`,
  });
}

const synonymsOf = (label: string): readonly string[] => label.split(",").map((name) => name.trim());

/** Classes of this name; where there is none, those of which it is one of the names. */
function byName(labels: readonly string[], wanted: string): readonly number[] {
  const matching = (matches: (label: string) => boolean) => labels.flatMap((label, at) => (matches(label) ? [at] : []));
  const whole = matching((label) => label.toLowerCase() === wanted);
  return whole.length > 0 ? whole : matching((label) => synonymsOf(label.toLowerCase()).includes(wanted));
}
