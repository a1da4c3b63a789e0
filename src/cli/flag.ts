/** A flag of a command. The key of its row is the task's own name of the option. */
export interface Flag<T> {
  /** As help shows it: "--batch <n>"; without a value, a switch. */
  readonly term: string;
  readonly about: string;
  /** The heading under which help lists it. */
  readonly group?: string;
  /** Turns the text into a value. @throws {BadValue} */
  readonly parse: (text: string) => T;
  readonly required?: boolean;
  /** Needed too, but not beside this other flag: "--resume". */
  readonly requiredUnless?: string;
}

/** A word, path or list of words that a command works on, in order. */
export interface Operand<T> {
  readonly term: string;
  readonly about: string;
  readonly read: (given: unknown) => T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Operands = Readonly<Record<string, Operand<unknown>>>;

type ValueOf<F> = F extends Flag<infer T> ? T : never;
type RequiredKeys<F extends Flags> = { [K in keyof F]: F[K] extends { readonly required: true } ? K : never }[keyof F];

/** What the user gave: required flags are always there, the others only where they were set. */
export type FlagValues<F extends Flags> = { readonly [K in RequiredKeys<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, RequiredKeys<F>>]?: ValueOf<F[K]>;
};

export type OperandValues<O extends Operands> = {
  readonly [K in keyof O]: O[K] extends Operand<infer T> ? T : never;
};

/** A value that a flag does not take; the message goes on after "--batch ". */
export class BadValue extends Error {
  /** A sentence that helps. */
  readonly hint: string | undefined;

  constructor(message: string, { hint }: { readonly hint?: string | undefined } = {}) {
    super(message);
    this.hint = hint;
  }
}

/** A flag that is on where it is given. */
export const onOff = (term: string, about: string, group?: string): Flag<boolean> => ({
  term,
  about,
  ...(group === undefined ? {} : { group }),
  parse: () => true,
});

export const one = (term: string, about: string): Operand<string> => ({
  term: `<${term}>`,
  about,
  read: (given) => String(given),
});

/** A word that may be left out. */
export const maybe = (term: string, about: string): Operand<string | undefined> => ({
  term: `[${term}]`,
  about,
  read: (given) => (given === undefined ? undefined : String(given)),
});

export const many = (term: string, about: string): Operand<readonly string[]> => ({
  term: `<${term}...>`,
  about,
  read: (given) => (Array.isArray(given) ? given.map(String) : [String(given)]),
});

/** Some flags of another command, in the order named. */
export const picked = <F extends Flags, const K extends keyof F>(flags: F, ...names: readonly K[]): Pick<F, K> =>
  Object.fromEntries(names.map((name) => [name, flags[name]])) as Pick<F, K>;
