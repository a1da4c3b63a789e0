import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const loader = fileURLToPath(new URL("load-typescript.js", import.meta.url));
const program = fileURLToPath(new URL("fixtures/crashing-cli.ts", import.meta.url));

function crash(
  ...argv: readonly string[]
): Promise<{ code: unknown; signal: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, FORCE_COLOR: "", REGRAFT_DEBUG: "" };
  const args = ["--import", loader, program, "crash", ...argv];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, stdout, stderr }),
    );
  });
}

it.each([
  ["thrown", "x is not a function"],
  ["rejected", "x is not a function"],
  ["background", "x is not a function"],
  ["text", "no error at all"],
  ["engine", "x is not a function"],
])("an error that nobody foresaw is told in some lines, and ends the program: %s", async (way, message) => {
  const { code, signal, stdout, stderr } = await crash(way);
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    `error: Something unexpected happened: ${message}`,
    expect.stringMatching(/^ {2}This is a mistake .* report it, .* --debug /),
    `    regraft 1.2.3, node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `    regraft crash ${way}`,
    "  unexpected",
    "",
  ]);
});

it("tells a lack of memory as such", async () => {
  const { code, stderr } = await crash("memory");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: There is not enough memory: Array buffer allocation failed\.\n {2}Choose .*\n {2}out-of-memory\n$/,
  );
});

it("is one object with --json, and --debug shows where it comes from", async () => {
  const { code, stdout, stderr } = await crash("background", "--json", "--debug");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    type: "error",
    code: "unexpected",
    message: "Something unexpected happened: x is not a function",
    report: { command: "regraft crash background --json --debug" },
    trace: expect.stringContaining("crashing-cli.ts"),
  });
  expect(stderr).toContain("crashing-cli.ts");
});
