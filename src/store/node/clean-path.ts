import { parse, resolve, sep } from "node:path";

/** Separators at the end of a path, each with the "." of the same folder after it or not. */
const trailing = sep === "\\" ? /(?:[\\/]\.?)+$/ : /(?:\/\.?)+$/;

/**
 * See Store.clean. ".." inside of the path stays: behind a link it does not mean what its letters say.
 *
 * @returns "runs/x" for "runs/x/" and "runs/x/."; an absolute path for ".", "..", "runs/.."
 */
export function cleanPath(path: string): string {
  const { root } = parse(path);
  const rest = path.slice(root.length).replace(trailing, "");
  return /(?:^|[\\/])\.\.?$/.test(rest) ? resolve(root + rest) : root + rest;
}
