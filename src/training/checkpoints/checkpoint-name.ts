/** Where a checkpoint stands: so many epochs are over, and so many steps of the next one. */
export interface Place {
  readonly epochs: number;
  readonly steps: number;
}

/** What the name of a checkpoint's file says. */
export interface CheckpointName extends Place {
  readonly file: string;
  readonly sum: string;
}

/** What the name of a file with the best weights says. */
export interface BestName {
  readonly file: string;
  /** The epoch that made them, from 1. */
  readonly epoch: number;
  readonly sum: string;
}

/**
 * Names hold the checksum of what is in the file, as those of torchvision's weights do: a file that was cut off or changed
 * does not fit its name.
 */
export const checkpointFile = ({ epochs, steps }: Place, sum: number): string =>
  `after-epoch-${epochs}-step-${steps}-${hex(sum)}.safetensors`;

export const bestFile = (epoch: number, sum: number): string => `best-epoch-${epoch}-${hex(sum)}.safetensors`;

export const hex = (sum: number): string => sum.toString(16).padStart(8, "0");

const checkpointPattern = /^after-epoch-(\d+)-step-(\d+)-([0-9a-f]{8})\.safetensors$/;
const bestPattern = /^best-epoch-(\d+)-([0-9a-f]{8})\.safetensors$/;

/** The checkpoints among some files, the one that got furthest first. */
export const checkpointsAmong = (files: readonly string[]): readonly CheckpointName[] =>
  files
    .flatMap((file): CheckpointName[] => {
      const [, epochs, steps, sum] = checkpointPattern.exec(file) ?? [];
      return sum === undefined ? [] : [{ file, epochs: Number(epochs), steps: Number(steps), sum }];
    })
    .sort((a, b) => b.epochs - a.epochs || b.steps - a.steps || (a.file < b.file ? -1 : 1));

/** The files with best weights among some files, the latest first. */
export const bestAmong = (files: readonly string[]): readonly BestName[] =>
  files
    .flatMap((file): BestName[] => {
      const [, epoch, sum] = bestPattern.exec(file) ?? [];
      return sum === undefined ? [] : [{ file, epoch: Number(epoch), sum }];
    })
    .sort((a, b) => b.epoch - a.epoch || (a.file < b.file ? -1 : 1));
