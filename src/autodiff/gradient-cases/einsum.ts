import type { Shape } from "../../base/shape.ts";
import type { GradientCase, GradientCases } from "./case.ts";

const einsum =
  (equation: string, ...shapes: readonly Shape[]): GradientCase =>
  ({ g, x }) => [g.Einsum(...shapes.map((shape, at) => x(`X${at}`, shape)), { equation })];

export const einsums: GradientCases<"Einsum"> = {
  Einsum: {
    "a matrix product": einsum("ij,jk->ik", ["N", 3], [3, 4]),
    "no output written": einsum("kj,ik", [3, 4], ["N", 3]),
    "attention scores": einsum("bhid, bhjd -> bhij", ["N", 2, "L", 4], ["N", 2, "L", 4]),
    "attention values": einsum("b h i j, b h j d -> b h i d", ["N", 2, "L", "L"], ["N", 2, "L", 4]),
    "relative positions": einsum("bhwc,hkc->bhwk", ["N", 2, "L", 4], [2, 3, 4]),
    "an outer product": einsum("i,j->ij", ["N"], [3]),
    "a sum over what one operand has alone": einsum("ijk,jl->il", ["N", 3, 4], [3, 2]),
    "to a scalar": einsum("ij,ij->", ["N", 3], ["N", 3]),
    "a transposition": einsum("ijk->kij", ["N", 3, 4]),
    "a sum": einsum("ijk->j", ["N", 3, 4]),
    "a sum of everything": einsum("ij->", ["N", "L"]),
    ellipses: einsum("...ij,...jk->...ik", ["N", 2, 3], ["N", 3, 2]),
    "an ellipsis in one operand": einsum("i...,ij->j...", ["N", 3, 4], ["N", 2]),
    "extents of 1 broadcast": einsum("ij,ij->ij", [1, 3], ["N", 1]),
    "an extent of 1 against a sum": einsum("ij,j->i", ["N", 3], [1]),
    "three operands": einsum("ij,jk,kl->il", ["N", 3], [3, 2], [2, 4]),
    "a scalar": einsum(",ij->ji", [], ["N", 3]),
    "the same tensor twice": ({ g, x }) => {
      const X = x("X", ["N", 3]);
      return [g.Einsum(X, X, { equation: "ij,kj->ik" })];
    },
  },
};
