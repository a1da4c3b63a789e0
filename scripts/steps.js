import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's folder, without a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** The programs of the development dependencies, as files for node: `.bin` holds shell scripts on Windows. */
export const tools = {
  biome: "node_modules/@biomejs/biome/bin/biome",
  tsc: "node_modules/typescript/bin/tsc",
  vitest: "node_modules/vitest/vitest.mjs",
};

/**
 * Runs a program in the project's folder.
 *
 * @param {readonly string[]} command program and arguments
 * @param {{ show?: boolean, env?: Record<string, string>, shell?: boolean }} options `show`: straight to the terminal
 * @returns {Promise<{ code: number, output: string, seconds: number }>} `output` is empty where it was shown
 */
export function run([program, ...args], { show = false, env = {}, shell = false } = {}) {
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
    shell,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    const end = (code) => resolve({ code, output, seconds: (performance.now() - started) / 1000 });
    child.on("error", (error) => {
      output += `${error.message}\n`;
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}

/** Runs a JavaScript file with this Node. */
export const runNode = (args, options) => run([process.execPath, ...args], options);

export const secondsOf = (seconds) => `${seconds.toFixed(1)} s`;
