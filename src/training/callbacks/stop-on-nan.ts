import type { Callback } from "../events.ts";

/**
 * Ends training at the first loss that is not a finite number: the weights are lost from there on.
 *
 * @see Keras TerminateOnNaN
 */
export const stopOnNaN = (): Callback => (event, control) => {
  if (event.type === "step" && !Number.isFinite(event.batchLoss)) control.stop("nan-loss");
  if (event.type === "epoch" && event.valLoss !== undefined && !Number.isFinite(event.valLoss))
    control.stop("nan-loss");
};
