import { UsageError } from "../../base/errors.ts";
import { withDefaults } from "../../base/options.ts";
import { suggestion } from "../../base/suggestion.ts";
import type { Graph } from "../../onnx/graph.ts";
import { weightedNodes } from "../../rewrite/weight-slots.ts";
import type { FineTuneOptions } from "../recipe.ts";

/** How long each training may take: so many epochs, or so many seconds. */
export type Budget = { readonly epochs: number } | { readonly seconds: number };

/** A way to get from a pre-trained model, or from its architecture, to one's own. */
interface Strategy {
  /** What it does, in a few words. */
  readonly about: string;
  /** Epochs it has to have: one for each phase. */
  readonly leastEpochs: number;
  /** @param epochs all that there are · @param layers of the base, that have weights */
  readonly recipe: (epochs: number, layers: number) => FineTuneOptions;
}

/** The head gets two thirds of the epochs, as in the default recipe (10 and 5). */
function twoPhases(epochs: number): Pick<FineTuneOptions, "headEpochs" | "tuneEpochs"> {
  const tuneEpochs = Math.max(1, Math.round(epochs / 3));
  return { headEpochs: epochs - tuneEpochs, tuneEpochs };
}

/** In the order in which they are tried: what is cheap comes first. */
export const strategies = {
  head: {
    about: "a new head on the frozen base",
    leastEpochs: 1,
    recipe: (epochs) => ({ headEpochs: epochs, tuneEpochs: 0 }),
  },
  partial: {
    about: "a new head, then the last third of the base too",
    leastEpochs: 2,
    recipe: (epochs, layers) => ({
      ...twoPhases(epochs),
      unfreeze: { lastLayers: Math.max(1, Math.round(layers / 3)) },
    }),
  },
  full: {
    about: "a new head, then all of the base too",
    leastEpochs: 2,
    recipe: (epochs) => ({ ...twoPhases(epochs), unfreeze: "all" }),
  },
  scratch: {
    about: "the same network, all weights drawn anew",
    leastEpochs: 1,
    recipe: (epochs) => ({ fromScratch: true, epochs }),
  },
} as const satisfies Readonly<Record<string, Strategy>>;

export type StrategyName = keyof typeof strategies;

export const strategyNames = Object.keys(strategies) as readonly StrategyName[];

/** Where time is what ends a phase. */
const manyEpochs = 10_000;

/** Learning rates, of which a strategy uses those of its own phases. */
export type Rates = Pick<FineTuneOptions, "headLearningRate" | "tuneLearningRate" | "learningRate">;

export interface StrategyRecipe {
  readonly options: FineTuneOptions;
  /** Of each phase, where time is the budget. */
  readonly phaseSeconds?: { readonly head: number; readonly tune: number; readonly scratch: number };
}

interface StrategyRecipeOptions {
  readonly budget: Budget;
  /** The network without its classifier. */
  readonly base: Graph;
  readonly rates: Rates;
}

/**
 * What a strategy sets within a budget; of seconds the head gets a third where the base is tuned after it, because its epochs
 * are the quick ones.
 */
export function strategyRecipe(name: StrategyName, { budget, base, rates }: StrategyRecipeOptions): StrategyRecipe {
  const { recipe, leastEpochs }: Strategy = strategies[name];
  const layers = weightedNodes(base).length;
  const { headLearningRate, tuneLearningRate, learningRate } = rates;
  const optionsOf = (epochs: number): FineTuneOptions => {
    const own = recipe(epochs, layers);
    return withDefaults(own, own.fromScratch ? { learningRate } : { headLearningRate, tuneLearningRate });
  };
  if ("epochs" in budget) return { options: optionsOf(budget.epochs) };
  const { seconds } = budget;
  const options = optionsOf(manyEpochs);
  const head = leastEpochs > 1 ? seconds / 3 : seconds;
  return { options, phaseSeconds: { head, tune: seconds - head, scratch: seconds } };
}

/** @throws {UsageError} "bad-option" for a strategy there is none of, one that is named twice, or too few epochs for it */
export function checkStrategies(names: readonly string[], budget: Budget): asserts names is readonly StrategyName[] {
  if (names.length === 0) throw new UsageError("bad-option", "No strategy is named.", { hint: ways() });
  for (const [at, name] of names.entries()) {
    if (!isStrategy(name)) {
      const hint = suggestion(name, strategyNames)?.hint;
      throw new UsageError("bad-option", `There is no strategy "${name}".`, {
        hint: [hint, ways()].filter(Boolean).join(" "),
      });
    }
    if (names.indexOf(name) !== at) throw new UsageError("bad-option", `The strategy "${name}" is named twice.`);
    const { leastEpochs } = strategies[name];
    if ("epochs" in budget && budget.epochs < leastEpochs) {
      throw new UsageError("bad-option", `"${name}" takes two phases, and so at least ${leastEpochs} epochs.`, {
        hint: `--budget ${leastEpochs} or more, or --strategies without ${name}.`,
      });
    }
  }
}

const isStrategy = (name: string): name is StrategyName => Object.hasOwn(strategies, name);

const ways = (): string => `There are ${strategyNames.join(", ")}.`;
