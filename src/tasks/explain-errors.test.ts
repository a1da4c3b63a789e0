import { expect, it } from "vitest";
import { explainErrors } from "./explain-errors.ts";

it("tells of one code all that there is to say", () => {
  expect(explainErrors("no-head")).toEqual([
    {
      code: "no-head",
      class: "GraphError",
      what: "No classifier was found at the end of the graph.",
      when: expect.any(String),
      todo: expect.stringContaining("--head-at"),
    },
  ]);
});

it("tells of all where none is named", () => {
  expect(explainErrors().map(({ code }) => code)).toEqual(expect.arrayContaining(["bad-option", "unexpected"]));
});

it("names the nearest codes where there is none of that name", () => {
  expect(() => explainErrors("no-haed")).toThrow(
    expect.objectContaining({ code: "bad-option", hint: expect.stringContaining('"no-head"') }),
  );
});
