import { expect, test } from "vitest";
import { plan } from "./plan.ts";

const everyone = () => true;
const names = (planned: ReturnType<typeof plan>) => planned.map(({ round, contestant }) => `${round} ${contestant}`);

test("all contestants of a row run right after one another, and each round begins with another", () => {
  const planned = plan({ networks: ["vgg16"], modes: ["full"], rounds: 2, jobRounds: 0, here: everyone });
  expect(names(planned)).toEqual([
    "1 ours",
    "1 pytorch",
    "1 pytorch-channels-last",
    "1 keras",
    "2 pytorch",
    "2 pytorch-channels-last",
    "2 keras",
    "2 ours",
  ]);
});

test("who lacks a network or is not here is left out", () => {
  const here = (who: string) => who !== "pytorch";
  const planned = plan({ networks: ["resnet18"], modes: ["full", "forward"], rounds: 1, jobRounds: 0, here });
  expect(planned.map((made) => made.type === "step" && `${made.mode} ${made.contestant}`)).toEqual([
    "full ours",
    "full pytorch-channels-last",
    "forward ours",
    "forward pytorch-channels-last",
  ]);
});

test("the whole job comes last, in rounds of its own", () => {
  const planned = plan({ networks: ["resnet18"], modes: [], rounds: 3, jobRounds: 2, here: everyone });
  expect(names(planned)).toEqual(["1 ours", "1 pytorch", "1 keras", "2 pytorch", "2 keras", "2 ours"]);
  expect(planned.every(({ type }) => type === "job")).toBe(true);
});
