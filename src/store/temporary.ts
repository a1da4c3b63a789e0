/**
 * Whether a file is one that a store writes before it has its name, or numbers of one process. Where whoever writes holds a
 * lock, those that stand there when the lock is taken were left by a process that was killed.
 *
 * @param name without its folder
 */
export const isTemporary = (name: string): boolean =>
  /^\.regraft-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/.test(name);
