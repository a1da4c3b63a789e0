/** What each exit code of `regraft` tells. They are part of the interface: scripts go by them. */
export const exitCodes = {
  0: "Done.",
  1:
    "Failed; or done, and the answer is no: `check` found an error (with `--strict` a warning), `doctor` nothing that can be " +
    "trained or a gradient that is wrong, `lr-find` no rate to suggest, `predict` or `explain` a picture that cannot be read.",
  2: "Wrong usage: a command, a flag or its value (UsageError). Nothing was done.",
  130: "Stopped by Ctrl-C. What `train`, `compare` and `demo` had reached is kept where an epoch was over; `train --resume` goes on from the last step.",
} as const;

export type AnyExitCode = keyof typeof exitCodes;
