/**
 * Runs tasks side by side as long as their weights come to no more than `most`, in the order in which they came. One that is
 * heavier than that runs alone.
 */
export function weightedTurns(most: number): <T>(weight: number, task: () => Promise<T>) => Promise<T> {
  const waiting: { readonly weight: number; readonly begin: () => void }[] = [];
  let running = 0;
  let weightRunning = 0;
  const fits = (weight: number) => running === 0 || weightRunning + weight <= most;
  const begin = (weight: number) => {
    running++;
    weightRunning += weight;
  };
  const beginWaiting = () => {
    for (let next = waiting[0]; next && fits(next.weight); next = waiting[0]) {
      waiting.shift();
      begin(next.weight);
      next.begin();
    }
  };
  return async (weight, task) => {
    // Nobody overtakes: a heavy one would wait for good behind light ones that come later.
    if (waiting.length === 0 && fits(weight)) begin(weight);
    else await new Promise<void>((resolve) => waiting.push({ weight, begin: resolve }));
    try {
      return await task();
    } finally {
      running--;
      weightRunning -= weight;
      beginWaiting();
    }
  };
}
