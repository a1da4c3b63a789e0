import { z } from "zod";
import type { TensorReference } from "./network.ts";

/** Keras 2 and TensorFlow.js: the layer's name, its call, which of its outputs, what else the call was given. */
const triple = z.tuple([z.string(), z.number(), z.number()]).rest(z.unknown());

/** Keras 3. */
const kerasTensor = z.object({
  class_name: z.literal("__keras_tensor__"),
  config: z.object({ keras_history: triple }),
});

const call = z.object({ args: z.array(z.unknown()), kwargs: z.record(z.string(), z.unknown()).default({}) });

/**
 * What each call of a layer reads.
 *
 * @param nodes `inbound_nodes` of the layer
 * @returns undefined where a call is given something that is no tensor: a number, a mask
 */
export function callsOf(nodes: readonly unknown[]): readonly (readonly TensorReference[])[] | undefined {
  const calls = nodes.map((node) => (Array.isArray(node) ? triplesOf(node) : tensorsOf(node)));
  const known = calls.filter((found) => found !== undefined);
  return known.length === calls.length ? known : undefined;
}

/** The tensors that a network takes or gives: `["layer", 0, 0]`, or a list of such. */
export function referencesOf(value: unknown): readonly TensorReference[] | undefined {
  return triplesOf(Array.isArray(value) && typeof value[0] === "string" ? [value] : value);
}

function triplesOf(node: unknown): readonly TensorReference[] | undefined {
  const { success, data } = z.array(triple).safeParse(node);
  if (!success || !data.every(([, , output, options]) => output === 0 && isIdle(options ?? {}))) return undefined;
  return data.map(([layer, at]) => ({ layer, call: at }));
}

function tensorsOf(node: unknown): readonly TensorReference[] | undefined {
  const { success, data } = call.safeParse(node);
  if (!success || !isIdle(data.kwargs)) return undefined;
  const args = data.args.flat().filter((given) => given !== null);
  const tensors = args.map((given) => kerasTensor.safeParse(given).data?.config.keras_history);
  const found = tensors.filter((history) => history !== undefined);
  return found.length === args.length ? triplesOf(found) : undefined;
}

/** Whether what a call was given beside tensors changes nothing in inference. */
const isIdle = (options: unknown): boolean =>
  typeof options === "object" &&
  options !== null &&
  Object.entries(options).every(([key, value]) => value === null || (key === "training" && value === false));
