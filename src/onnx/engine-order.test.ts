import { expect, test } from "vitest";
import { graphBuilder, type Value } from "./builder.ts";
import { engineOrder } from "./engine-order.ts";

type Build = (g: ReturnType<typeof graphBuilder>, X: Value) => readonly Value[];

/** Names of the nodes' ops in the order in which they run. */
function order(build: Build): string {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  return engineOrder(g.build(build(g, X)))
    .map(({ op }) => op)
    .join(" ");
}

test("a chain runs from its front", () => {
  expect(order((g, X) => [g.Tanh(g.Exp(g.Erf(X)))])).toBe("Erf Exp Tanh");
});

test("what nobody reads runs first where it stands last, with all that it needs", () => {
  expect(order((g, X) => [g.Exp(X), g.Tanh(g.Erf(X))])).toBe("Erf Tanh Exp");
});

test("of what a node reads, the later one runs first", () => {
  expect(
    order((g, X) => {
      const [first, second] = [g.Erf(X), g.Tanh(X)];
      return [g.Add(first, second)];
    }),
  ).toBe("Tanh Erf Add");
});

test("a node that several read runs once, before the first of them", () => {
  expect(
    order((g, X) => {
      const shared = g.Erf(X);
      return [g.Exp(shared), g.Tanh(shared)];
    }),
  ).toBe("Erf Tanh Exp");
});

test("the update of a weight does not wait for the gradients of all others", () => {
  const text = order((g, X) => {
    const gradients = [g.Erf(X)];
    for (let at = 0; at < 2; at++) gradients.push(g.Exp(gradients.at(-1) ?? X));
    return gradients.map((gradient) => g.Neg(gradient));
  });
  expect(text).toBe("Erf Exp Exp Neg Neg Neg");
});
