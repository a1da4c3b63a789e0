/** A value and where it came from, as run.json tells options. */
export interface ToldOption {
  readonly value: unknown;
  readonly from: "given" | "default";
}

export interface ToldOptionsParts {
  /** What each option has where nobody says so. */
  readonly usual: Readonly<Record<string, unknown>>;
  /** Names of the options that a person set, be it to what is usual. */
  readonly given: readonly string[];
}

/** Each option with its value and where it came from. */
export function toldOptions(
  values: Readonly<Record<string, unknown>>,
  { usual, given }: ToldOptionsParts,
): Readonly<Record<string, ToldOption>> {
  const isDefault = (name: string, value: unknown) =>
    !given.includes(name) && JSON.stringify(value) === JSON.stringify(usual[name]);
  const entries = Object.entries(values).map(
    ([name, value]) => [name, { value, from: isDefault(name, value) ? "default" : "given" }] as const,
  );
  return Object.fromEntries(entries);
}
