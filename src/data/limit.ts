/** Runs at most `most` tasks at a time; the others wait in the order in which they came. */
export function limit(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // A waiting task takes over this one's place, so the count stays.
      if (next) next();
      else running--;
    }
  };
}
