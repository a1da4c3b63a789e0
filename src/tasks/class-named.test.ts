import { expect, it } from "vitest";
import { classNamed } from "./class-named.ts";

const labels = ["tench, Tinca tinca", "goldfish, Carassius auratus", "7", "crane", "crane", "Goldfinch"];

it.each([
  ["goldfish", 1],
  ["Carassius Auratus", 1],
  ["tench, tinca tinca", 0],
  ["GOLDFINCH", 5],
  ["7", 2],
  ["4", 4],
  [3, 3],
] as const)("knows %j as number %i", (wanted, index) => {
  expect(classNamed(labels, wanted)).toBe(index);
});

it.each([
  ["goldfsh", 'The model has no class "goldfsh".', /^Nearest names: "goldfish", "Goldfinch"/],
  ["crane", 'Several classes are called "crane": 3, 4.', /number/],
  ["6", "The model has no class 6.", "Its classes are numbered from 0 to 5."],
  [-1, "The model has no class -1.", /from 0 to 5/],
  [1.5, "The model has no class 1.5.", /from 0 to 5/],
] as const)("refuses %j", (wanted, message, hint) => {
  const error = expect.objectContaining({ code: "bad-option", message, hint: expect.stringMatching(hint) });
  expect(() => classNamed(labels, wanted)).toThrow(error);
});
