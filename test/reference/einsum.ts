import type { Tensor } from "../../src/base/tensor.ts";
import { float64, floatsOf } from "./elements.ts";
import { at, indicesOf, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/** For each index of the output the sum, over all values of the other labels, of the product of the operands. */
const Einsum: Kernel<"Einsum"> = ({ Inputs }, { equation = "" }) => {
  const { operands, output } = labelled(equation, Inputs);
  const extents = new Map<string, number>();
  for (const [part, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      extents.set(label, Math.max(extents.get(label) ?? 1, at(at(Inputs, part).shape, axis)));
    }
  }
  const extent = (label: string) => extents.get(label) ?? 0;
  const summed = [...extents.keys()].filter((label) => !output.includes(label));
  const readers = Inputs.map((input, part) => reader(input, at(operands, part)));
  const Y = float64(output.map(extent), (index) => {
    const fixed = output.map((label, axis) => [label, at(index, axis)] as const);
    return indicesOf(summed.map(extent)).reduce((sum, inner) => {
      const places = new Map([...fixed, ...summed.map((label, axis) => [label, at(inner, axis)] as const)]);
      return sum + readers.reduce((product, read) => product * read(places), 1);
    }, 0);
  });
  return [Y];
};

/** An axis of extent 1 stands still where the label's extent is larger. */
function reader(input: Tensor, labels: readonly string[]): (places: ReadonlyMap<string, number>) => number {
  const [data, strides] = [floatsOf(input), stridesOf(input.shape)];
  return (places) => {
    const index = labels.map((label, axis) => (at(input.shape, axis) === 1 ? 0 : (places.get(label) ?? 0)));
    return at(data, offsetOf(index, strides));
  };
}

/** The axes behind an ellipsis are called 0, 1, ... in all operands, which have as many of them. */
function labelled(equation: string, inputs: readonly Tensor[]) {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const hidden = terms.map((term, part) =>
    term.includes("...") ? at(inputs, part).shape.length - term.length + 3 : 0,
  );
  const digits = Array.from({ length: Math.max(...hidden) }, (_, axis) => String(axis)).join("");
  const spelled = (term: string): readonly string[] => [...term.replace("...", digits)];
  const letters = spelled(left.replaceAll("...", "").replaceAll(",", ""));
  const once = letters.filter((letter) => letters.filter((other) => other === letter).length === 1);
  return { operands: terms.map(spelled), output: spelled(right ?? `...${once.sort().join("")}`) };
}

export const einsum: Kernels<"Einsum"> = { Einsum };
