import { bytes } from "../../base/words.ts";
import type { Kept } from "../../hub/hub.ts";
import { columns } from "./columns.ts";
import type { Colors } from "./terminal.ts";

/** Of all that is kept, in bytes. */
export const keptSize = ({ repos, web }: Kept): number =>
  [...repos, ...web.files].reduce((sum, { sizeBytes }) => sum + sizeBytes, web.cutBytes);

/** What was fetched, a line for each repository and address. */
export function keptLines(kept: Kept, { bold, dim }: Colors): readonly string[] {
  const { folder, repos, web } = kept;
  const size = keptSize(kept);
  if (size === 0) return [`Nothing was fetched yet: ${folder} and ${web.folder} hold no model.`];
  const rows = [
    ...repos.map(({ repo, sizeBytes, isOurs }) => [
      bold(repo),
      bytes(sizeBytes),
      dim(isOurs ? "" : "fetched by another program"),
    ]),
    ...web.files.map(({ address, sizeBytes, fetched }) => [
      bold(address),
      bytes(sizeBytes),
      dim(`fetched ${fetched.slice(0, 10)}`),
    ]),
    ...(web.cutBytes === 0 ? [] : [["downloads that were cut", bytes(web.cutBytes), ""]]),
  ];
  const places = [...(repos.length > 0 ? [folder] : []), ...(keptIn(web) ? [web.folder] : [])];
  return [
    ...columns([...rows, [dim("all"), bytes(size), ""]], { right: [1] }),
    "",
    ...places.map((place) => dim(`  in ${place}`)),
    dim("  regraft models remove <name> takes one away; regraft cache prune takes what is not in use."),
  ];
}

const keptIn = ({ files, cutBytes }: Kept["web"]): boolean => files.length > 0 || cutBytes > 0;
