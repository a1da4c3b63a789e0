import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { RegraftError } from "../src/base/errors.ts";
import { calledAs, parseFlags } from "./flags.ts";

const parse = (...argv: readonly string[]) => parseFlags(argv, { print: () => {} });

test("flags become numbers and lists", () => {
  const argv = ["--rounds", "4", "--job-rounds", "2", "--only", "vgg16,resnet18", "--modes", "full,job", "--json"];
  expect(parse(...argv)).toEqual({
    rounds: 4,
    jobRounds: 2,
    only: ["vgg16", "resnet18"],
    modes: ["full", "job"],
    json: true,
  });
  expect(parse()).toEqual({});
});

test("--markdown is the page of this folder unless another is named", () => {
  expect(parse("--markdown")).toEqual({ markdown: "" });
  expect(parse("--markdown", "table.md")).toEqual({ markdown: "table.md" });
});

test.each([
  [["--rounds", "0"], '--rounds must be a whole number from 1, not "0".'],
  [["--only", "resnet51"], '--only must be one of mobilenet_v2, resnet18, resnet50, vgg16, not "resnet51".'],
  [["--modes", "full,all"], '--modes must be one of full, forward, job, not "all".'],
  [["--round", "3"], "error: unknown option '--round'\n(Did you mean --rounds?)"],
  [["resnet18"], "error: too many arguments. Expected 0 arguments but got 1."],
])("refuses %j", (argv, message) => {
  const refused = thrownBy(() => parse(...argv));
  expect(refused instanceof RegraftError || refused instanceof CommanderError).toBe(true);
  expect(refused).toMatchObject({ message });
});

test("--help says how to call it", () => {
  const printed: string[] = [];
  const thrown = thrownBy(() => parseFlags(["--help"], { print: (text) => printed.push(text) }));
  expect(thrown).toMatchObject({ exitCode: 0 });
  expect(printed.join("")).toContain(`Usage: ${calledAs} [flags]`);
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
