/** Causes of causes that are shown; behind that many there is a circle, or nothing new. */
const mostCauses = 8;

/** Where an error comes from, and below it what it was caused by; undefined where nothing tells. */
export function traceOf(thrown: unknown): string | undefined {
  const stacks: string[] = [];
  let error = thrown;
  while (error instanceof Error && stacks.length < mostCauses) {
    stacks.push(error.stack ?? `${error.name}: ${error.message}`);
    error = error.cause;
  }
  return stacks.length === 0 ? undefined : stacks.join("\ncaused by ");
}
