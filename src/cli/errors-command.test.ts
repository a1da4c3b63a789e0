import { expect, it } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";

async function run(...argv: readonly string[]) {
  const console = new FakeConsole();
  const code = await runCli(["errors", ...argv], { commands, version: "1.2.3", console });
  return { code, console };
}

it("explains a code in lines that fit the terminal", async () => {
  const { code, console } = await run("no-gradient");
  expect(code).toBe(0);
  const lines = console.output.split("\n");
  expect(lines[0]).toBe("no-gradient GraphError");
  expect(console.output).toContain("what to do");
  expect(console.output.replaceAll(/\s+/g, " ")).toContain(
    "`regraft doctor <model>` tells how far down a model can be trained.",
  );
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

it("lists all codes with what they mean", async () => {
  const { console } = await run();
  expect(console.output).toMatch(/^ {2}bad-option {2,}An option has a value/);
  expect(console.output).toContain("regraft errors <code> tells more");
});

it("gives a program the same", async () => {
  expect((await run("no-head", "--json")).console.objects).toMatchObject([
    { type: "result", errors: [{ code: "no-head", class: "GraphError" }] },
  ]);
});

it("refuses what is no code, and names the nearest", async () => {
  const { code, console } = await run("no-haed");
  expect(code).toBe(2);
  expect(console.errors).toContain('Nearest names: "no-head"');
});
