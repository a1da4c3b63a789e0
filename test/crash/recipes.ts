/** A training that is killed: each writes other things, and draws other randomness. */
export interface CrashRecipe {
  readonly name: string;
  readonly flags: readonly string[];
}

const common = ["--batch", "8", "--checkpoint-every", "1", "--seed", "5"];
const phases = ["--head-epochs", "3", "--tune-epochs", "2", "--tune-lr", "0.001"];

export const crashRecipes: readonly CrashRecipe[] = [
  { name: "cached features, then all of the base", flags: [...common, ...phases] },
  {
    name: "augmented, gradients summed, balanced sampling, early stopping",
    flags: [...common, ...phases, "--augment", "--accumulate", "2", "--sampling", "balanced", "--patience", "2"],
  },
  {
    name: "a hidden layer, CSV and TensorBoard",
    flags: [...common, ...phases, "--hidden", "16", "--csv", "--tensorboard"],
  },
  { name: "from scratch, BatchNormalization training", flags: [...common, "--from-scratch", "--epochs", "4"] },
];
