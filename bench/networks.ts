/** What ours should take, as a share of what the best peer takes. */
export interface Target {
  /** At least this. */
  readonly goal: number;
  /** Where it should end. */
  readonly aim: number;
}

interface Network {
  /** Pictures per step. */
  readonly batch: number;
  readonly fullStep: Target;
}

/** The networks that steps are measured of, by torchvision's names. */
export const networks = {
  mobilenet_v2: { batch: 16, fullStep: { goal: 0.85, aim: 0.6 } },
  resnet18: { batch: 16, fullStep: { goal: 1.25, aim: 0.95 } },
  resnet50: { batch: 16, fullStep: { goal: 1.15, aim: 0.9 } },
  vgg16: { batch: 8, fullStep: { goal: 1.25, aim: 0.95 } },
} as const satisfies Readonly<Record<string, Network>>;

export type NetworkName = keyof typeof networks;

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** A step that trains all layers, or the features alone. */
export type StepMode = "full" | "forward";

/** Steps that a process times: a forward pass takes about a third of a whole step, and its noise is looked at for as long. */
export const timedSteps = (mode: StepMode, steps: number): number => (mode === "forward" ? 3 * steps : steps);

/** The frozen base alone, of every network. */
export const forwardTarget: Target = { goal: 0.9, aim: 0.6 };

/** The most memory that a process held which did full steps, of every network. */
export const memoryTarget: Target = { goal: 1.2, aim: 0.8 };
