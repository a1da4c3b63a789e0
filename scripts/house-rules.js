import { posix } from "node:path";
import { floors, nodePackages, shell } from "./floors.js";

const comment = /\/\*[\s\S]*?\*\/|(?<![:"'`\\])\/\/[^\n]*/g;
const specifier = /\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g;

/** What a module asks for: `import`, `import type`, `export … from`, `import()` and `import("…")` types. */
export function importsOf(source) {
  return [...source.replace(comment, "").matchAll(specifier)].map(([, , name]) => name);
}

/**
 * Every breach of the house's rules, as sentences.
 *
 * @param {ReadonlyMap<string, string>} sources path below src/ with forward slashes, and the file's text
 * @returns {string[]}
 */
export function breaches(sources) {
  const files = [...sources].map(([path, text]) => describe(path, importsOf(text)));
  return [...files.flatMap(breachesOf), ...circles(files)];
}

/** A file, where it stands, and what it imports: paths below src/ ("../" leads out of it) and packages. */
function describe(path, imports) {
  const folder = posix.dirname(path);
  const isPath = (name) => name.startsWith(".");
  return {
    path,
    room: roomOf(path),
    isTest: isTest(path),
    paths: imports.filter(isPath).map((name) => posix.normalize(posix.join(folder, name))),
    packages: imports.filter((name) => !isPath(name)),
  };
}

const roomOf = (path) => path.split("/")[0];
const floorOf = (room) => floors.findIndex((rooms) => rooms.includes(room)) + 1;
const isTest = (path) => /(\.test|-contract)\.ts$/.test(path);
const isNodeOnly = (path) => path.split("/").includes("node");
const isCore = ({ path, room, isTest }) => !isTest && !isNodeOnly(path) && !shell.includes(room);

function breachesOf(file) {
  if (floorOf(file.room) === 0) return [`${file.path}: there is no room ${file.room}/ in scripts/floors.js`];
  const told = [...file.paths.map((to) => pathBreach(file, to)), ...file.packages.map((to) => packageBreach(file, to))];
  return told.filter(Boolean).map((what) => `${file.path}: ${what}`);
}

function pathBreach(file, to) {
  const room = roomOf(to);
  if (room === "..") return file.isTest ? undefined : `imports ${to}, which is outside of src/`;
  if (isTest(to) && !file.isTest) return `imports the test ${to}`;
  if (isCore(file) && isNodeOnly(to)) return `is core, and imports ${to}, which only Node can run`;
  return roomBreach(file, to, room);
}

function roomBreach(file, to, room) {
  const [from, up] = [floorOf(file.room), floorOf(room)];
  if (up === 0) return `imports ${to}: there is no room ${room}/ in scripts/floors.js`;
  if (up > from) return `climbs from ${file.room}/ (floor ${from}) to ${to} (floor ${up})`;
  if (up === from && room !== file.room && !file.isTest) return `goes sideways to ${to}, on the same floor ${from}`;
  return undefined;
}

function packageBreach(file, name) {
  if (!isCore(file)) return undefined;
  const isNodes = name.startsWith("node:") || nodePackages.some((own) => name === own || name.startsWith(`${own}/`));
  return isNodes ? `is core, and imports ${name}, which only Node has` : undefined;
}

/** Each circle once: files in the order of their imports, the first one again at the end. */
function circles(files) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set();
  const found = [];
  const visit = (path, trail) => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`a circle: ${[...trail.slice(start), path].join(" → ")}`);
    if (start >= 0 || done.has(path)) return;
    for (const next of byPath.get(path)?.paths ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}
