interface PrefetchOptions {
  /** From 1. */
  readonly ahead: number;
  /** Called at the end, before the wait for tasks under way: a chance to make them shorter. */
  readonly onLeave?: () => void;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Runs tasks in advance: at most `ahead` of them are under way or waiting to be taken, and results come in the tasks'
 * order. Leaving early, or a failure, starts no further task and waits for those under way.
 */
export async function* prefetch<T>(
  tasks: Iterable<() => Promise<T>>,
  { ahead, onLeave }: PrefetchOptions,
): AsyncGenerator<T, void, void> {
  const todo = tasks[Symbol.iterator]();
  const queue: Promise<Outcome<T>>[] = [];
  const refill = () => {
    for (let next = todo.next(); !next.done; next = todo.next()) {
      queue.push(outcome(next.value));
      if (queue.length >= ahead) return;
    }
  };
  try {
    refill();
    for (let first = queue[0]; first; first = queue[0]) {
      const result = await first;
      queue.shift();
      refill();
      if ("error" in result) throw result.error;
      yield result.value;
    }
  } finally {
    onLeave?.();
    await Promise.all(queue);
  }
}

/** A failure waits in its place in the order, instead of being an unhandled rejection until then. */
async function outcome<T>(task: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await task() };
  } catch (error) {
    return { error };
  }
}
