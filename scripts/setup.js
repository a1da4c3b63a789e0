// Makes a fresh clone ready: dependencies, then dist/. Does nothing, and says nothing, where all is done.
// Runs before anything is installed, so it needs Node alone.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, runNode, secondsOf, tools } from "./steps.js";

const oldest = [20, 19];

/** What a failed installation most often means, by a word in npm's output. */
const installHints = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/,
    "The npm registry cannot be reached. Check the network, or `npm config get registry`.",
  ],
  [/ENOSPC/, "The disk is full."],
  [/EACCES|EPERM/, "The project's folder, or npm's cache, cannot be written."],
  [/EUSAGE|in sync/, "package.json and package-lock.json do not agree: run `npm install`."],
];

checkNode();
await install();
linkCommand();
await build();

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  fail(
    `Regraft needs Node ${oldest.join(".")} or newer; this is ${process.versions.node}`,
    "Get one: https://nodejs.org",
  );
}

async function install() {
  if (isInstalled()) return;
  process.stdout.write("setup  installing dependencies … ");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output, seconds } = await run(npm ? [process.execPath, npm, ...args] : ["npm", ...args], {
    // onnxruntime-node would download CUDA libraries; what Regraft uses is inside the package.
    env: { ONNXRUNTIME_NODE_INSTALL: "skip" },
    shell: !npm && process.platform === "win32",
  });
  if (code !== 0) {
    const hint = installHints.find(([sign]) => sign.test(output))?.[1] ?? "Run `npm ci` to see it alone.";
    fail("npm ci failed", hint, output.split("\n").slice(0, 16).join("\n"));
  }
  console.log(secondsOf(seconds));
}

/** npm notes what it has installed in node_modules/.package-lock.json: that must be what package-lock.json asks for. */
function isInstalled() {
  const installed = lockedPackages("node_modules/.package-lock.json");
  const wanted = lockedPackages("package-lock.json");
  if (!installed || !wanted) return false;
  const current = Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || (installed[path] ? installed[path].version === version : optional === true),
  );
  return current && Object.keys(installed).every((path) => path in wanted);
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** `npx regraft` looks into node_modules/.bin first; npm links only the commands of dependencies there. */
function linkCommand() {
  const folder = join(root, "node_modules", ".bin");
  if (existsSync(join(folder, "regraft"))) return;
  mkdirSync(folder, { recursive: true });
  if (process.platform === "win32") {
    writeFileSync(join(folder, "regraft.cmd"), '@node "%~dp0\\..\\..\\bin\\regraft.js" %*\r\n');
  } else {
    rmSync(join(folder, "regraft"), { force: true });
    symlinkSync("../../bin/regraft.js", join(folder, "regraft"));
  }
}

async function build() {
  const stamp = join(root, "dist", ".sources");
  const sources = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  process.stdout.write("setup  building … ");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const { code, output, seconds } = await runNode([tools.tsc, "-p", "tsconfig.build.json"]);
  if (code !== 0)
    fail("the sources do not compile", "Correct what is listed above; `npm run build` tries again.", output);
  writeFileSync(stamp, sources);
  console.log(secondsOf(seconds));
}

/** By content, not by time: a checkout or a copy changes times. */
function hashOfSources() {
  const hash = createHash("sha256");
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/(\.test|-contract)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const settings = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((name) => join(root, name));
  for (const file of [...files.sort(), ...settings]) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function fail(message, hint, output = "") {
  console.error(`${output === "" ? "" : `failed\n${output.trimEnd()}\n`}error: ${message}\n  ${hint}`);
  process.exit(1);
}
