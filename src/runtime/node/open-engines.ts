interface Engine {
  /** Answers nothing any more; done once the step that is under way is. */
  rest(): Promise<void>;
}

/** The engines of this process that are not closed. */
export const openEngines = new Set<Engine>();

/**
 * To be waited for before a process is ended from inside: an engine's thread that is pulled down in the middle of a step
 * aborts the process, whatever its exit code was to be.
 *
 * @param mostMs how long a step is waited for
 */
export async function enginesAtRest({ mostMs }: { readonly mostMs: number }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostMs);
  });
  await Promise.race([Promise.all([...openEngines].map((engine) => engine.rest())), late]);
  clearTimeout(timer);
}
