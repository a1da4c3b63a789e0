import { UsageError } from "./errors.ts";

/**
 * Refuses what is left of an options object once its known keys are taken out.
 *
 *     export function earlyStopping({ patience = 3, ...rest }: EarlyStoppingOptions = {}) {
 *       refuseUnknown("earlyStopping", rest);
 *
 * @throws {UsageError} "bad-option"
 */
export function refuseUnknown(where: string, rest: object): void {
  const unknown = Object.keys(rest);
  if (unknown.length === 0) return;
  throw new UsageError("bad-option", `${where} has no option ${unknown.map((key) => `"${key}"`).join(", ")}.`, {
    hint: "Check the spelling: option names are case-sensitive.",
  });
}

/**
 * A number inside its range, or an error that names the option.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkNumber(
  name: string,
  value: number,
  {
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
    integer = false,
    moreThan = Number.NEGATIVE_INFINITY,
    lessThan = Number.POSITIVE_INFINITY,
  }: {
    readonly min?: number;
    readonly max?: number;
    readonly integer?: boolean;
    readonly moreThan?: number;
    readonly lessThan?: number;
  } = {},
): number {
  // JavaScript compares true and "5" as numbers.
  const inside = typeof value === "number" && value >= min && value <= max && value > moreThan && value < lessThan;
  if (inside && (!integer || Number.isInteger(value))) return value;
  const bounds = [
    integer ? "a whole number" : "a number",
    ...(min > Number.NEGATIVE_INFINITY ? [`from ${min}`] : []),
    ...(moreThan > Number.NEGATIVE_INFINITY ? [`above ${moreThan}`] : []),
    ...(max < Number.POSITIVE_INFINITY ? [`up to ${max}`] : []),
    ...(lessThan < Number.POSITIVE_INFINITY ? [`below ${lessThan}`] : []),
  ];
  throw new UsageError("bad-option", `${name} must be ${bounds.join(" ")}, not ${value}.`);
}

/** The options over their defaults; an option that is present but undefined takes its default too. */
export function withDefaults<D extends object, O extends object>(defaults: D, options: O): O & D {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as O & D;
}
