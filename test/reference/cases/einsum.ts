import type { Case, Cases } from "./case.ts";

const einsum =
  (equation: string, ...shapes: readonly (readonly number[])[]): Case =>
  ({ g, float }) => [g.Einsum(...shapes.map((shape) => float(shape)), { equation })];

export const einsums: Cases<"Einsum"> = {
  Einsum: {
    "a matrix product": einsum("ij,jk->ik", [2, 3], [3, 4]),
    "no output written": einsum("kj,ik", [3, 4], [2, 3]),
    "attention scores, with spaces": einsum("bhid, bhjd -> bhij", [2, 2, 3, 4], [2, 2, 5, 4]),
    "an outer product": einsum("Ij,Jj->IJj", [2, 3], [4, 3]),
    "a transposition": einsum("ijk->kij", [2, 3, 4]),
    "a sum": einsum("ij->", [2, 3]),
    "a diagonal": einsum("ii->i", [3, 3]),
    "a trace": einsum("ii", [3, 3]),
    ellipses: einsum("...ij,...jk->...ik", [2, 2, 3], [2, 3, 4]),
    "an ellipsis in one operand": einsum("i...,ij->...j", [2, 3, 4], [2, 5]),
    "an ellipsis and no output": einsum("...ij", [2, 3, 4]),
    "extents of 1 broadcast": einsum("ij,ij->ij", [1, 3], [2, 1]),
    "three operands": einsum("ij,jk,kl->il", [2, 3], [3, 2], [2, 4]),
    "a scalar": einsum(",ij->ji", [], [2, 3]),
  },
};
