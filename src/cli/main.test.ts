import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const main = new URL("./main.ts", import.meta.url);

function regraft(...argv: readonly string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const args = ["--import", "tsx", fileURLToPath(main), ...argv];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, FORCE_COLOR: "" } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

it("prints help and exits 0", async () => {
  const { code, stdout, stderr } = await regraft("--help");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("Usage: regraft <command> [flags]");
});

it("exits 2 at an unknown flag and names the nearest one", async () => {
  const { code, stdout, stderr } = await regraft("train", "photos", "--model", "m", "--bacth", "8");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toBe("error: Unknown option '--bacth'.\n  Did you mean --batch?\n  bad-option\n");
});

it("exits 1 at a folder that is not there, with an error as the last line of --json", async () => {
  const { code, stdout } = await regraft("inspect", "no/such/model", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ type: "error", code: "no-model" });
});

it("reads nothing heavy before a command runs", () => {
  expect(packagesBehind(main)).toEqual(new Set(["commander", "picocolors", "node:fs", "node:os", "node:util"]));
});

/** Packages that a file imports, itself or through others, before anything runs: no types, no import(). */
function packagesBehind(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return new Set();
  seen.add(file.href);
  const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from "([^"]+)";/gm);
  const names = [...imports].map(([, name = ""]) => name);
  const further = names
    .filter((name) => name.startsWith("."))
    .flatMap((name) => [...packagesBehind(new URL(name, file), seen)]);
  return new Set([...names.filter((name) => !name.startsWith(".")), ...further]);
}
