import { dtypeOfCode } from "../data-types.ts";
import { unify } from "./broadcast.ts";
import { type Known, like, shaped } from "./known.ts";
import { axisOf, demand, type ShapeRules } from "./rule.ts";

/** Normalization: Y has the shape of X. */
export const normalizationRules = {
  BatchNormalization: ({ X, scale, B, input_mean, input_var }) => {
    demand(!X.shape || X.shape.length >= 2, () => `X has rank ${X.shape?.length}; it needs [N, C, ...]`);
    const statistics = { scale, B, input_mean, input_var };
    for (const [name, known] of Object.entries(statistics)) checkPerChannel(name, known, X);
    return [like(X), like(input_mean), like(input_var)];
  },
  LayerNormalization: ({ X, attributes: { axis, stash_type } }) => {
    const dtype = dtypeOfCode(stash_type) ?? "float32";
    const first = X.shape && axisOf(axis, X.shape.length);
    const reduced = first === undefined ? undefined : X.shape?.map((dim, at) => (at < first ? dim : 1));
    return [like(X), shaped(dtype, reduced), shaped(dtype, reduced)];
  },
  LRN: ({ X, attributes: { size } }) => {
    demand(size !== undefined && size > 0, () => "the attribute size is missing");
    demand(!X.shape || X.shape.length >= 2, () => `X has rank ${X.shape?.length}; it needs [N, C, ...]`);
    return [like(X)];
  },
  InstanceNormalization: ({ input, scale, B }) => {
    demand(
      !input.shape || input.shape.length >= 3,
      () => `input has rank ${input.shape?.length}; it needs [N, C, D, ...]`,
    );
    for (const [name, known] of Object.entries({ scale, B })) checkPerChannel(name, known, input);
    return [like(input)];
  },
  GroupNormalization: ({ X, scale, bias, attributes: { num_groups: groups } }) => {
    demand(groups !== undefined && groups >= 1, () => `num_groups is ${groups}; it needs a number from 1`);
    demand(!X.shape || X.shape.length >= 2, () => `X has rank ${X.shape?.length}; it needs [N, C, ...]`);
    for (const [name, known] of Object.entries({ scale, bias })) checkPerChannel(name, known, X);
    const channels = X.shape?.[1];
    demand(
      typeof channels !== "number" || channels % groups === 0,
      () => `${channels} channels make no ${groups} groups`,
    );
    return [like(X)];
  },
} satisfies Partial<ShapeRules>;

function checkPerChannel(name: string, { shape }: Known, X: Known): void {
  demand(!shape || shape.length === 1, () => `${name} has rank ${shape?.length}, not 1`);
  unify(shape?.[0], X.shape?.[1], () => `${name} and the channels of X differ`);
}
