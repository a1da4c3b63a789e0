import { bytes, count } from "../../base/words.ts";
import type { Kept } from "../../hub/hub.ts";
import type { Preprocessing } from "../../image/preprocessing.ts";
import type { KnownModel, PulledModel } from "../../tasks/models.ts";
import { columns } from "./columns.ts";
import type { Colors } from "./terminal.ts";

/** All models, a line each. */
export function modelTable(models: readonly KnownModel[], { bold, dim, green }: Colors): readonly string[] {
  const rows = models.map(({ name, sizeBytes, parameters, folder, goodFor }) => [
    bold(name),
    count(parameters),
    bytes(sizeBytes),
    folder === undefined ? "" : green("here"),
    dim(goodFor),
  ]);
  const head = ["model", "weights", "size", "", "good for"].map((word) => dim(word));
  return [
    ...columns([head, ...rows], { right: [1, 2] }),
    "",
    dim("  regraft models <name> tells more; regraft train <pictures> --model <name> fetches it and trains."),
    dim("  hf:owner/name is any other one on the Hugging Face Hub."),
  ];
}

/** One model in full. */
export function modelLines(model: KnownModel, { bold, dim }: Colors): readonly string[] {
  const { name, repo, licence, goodFor, head, featureSize, parameters, sizeBytes, preprocessing, stages, folder } =
    model;
  const rows = [
    ["from", `hf:${repo}`],
    ["licence", licence],
    ["weights", `${count(parameters)}, ${bytes(sizeBytes)}`],
    ["head", `${head}: ${count(featureSize)} features`],
    ["stages", `${stages.join(", ")}: --unfreeze ${stages.at(-1)} trains from the last one on`],
    ["pictures", picturesOf(preprocessing)],
    ["good for", goodFor],
    ["on disk", folder ?? `not yet: it is fetched when it is first used, or by regraft models pull ${name}`],
  ];
  return [bold(name), ...columns(rows.map(([what = "", text = ""]) => [dim(what), text]))];
}

/** Where a model lies that was fetched, and what to do with it. */
export function pulledLines({ name, repo, commit, folder }: PulledModel, { dim }: Colors): readonly string[] {
  return [
    `${repo} at ${commit.slice(0, 8)} is in ${folder}`,
    "",
    dim(`  regraft train <pictures> --model ${name} trains it; regraft models remove ${name} takes it away.`),
  ];
}

/** What is kept of a hub, a line for each repository. */
export function keptLines(
  { folder, repos, sizeBytes }: Kept & { readonly sizeBytes: number },
  { bold, dim }: Colors,
): readonly string[] {
  if (repos.length === 0) return [`Nothing was fetched yet: ${folder} holds no model.`];
  const rows = repos.map((kept) => [
    bold(kept.repo),
    bytes(kept.sizeBytes),
    dim(kept.isOurs ? "" : "fetched by another program"),
  ]);
  return [
    ...columns([...rows, [dim("all"), bytes(sizeBytes), ""]], { right: [1] }),
    "",
    dim(`  in ${folder}`),
    dim("  regraft models remove <name> takes one away; regraft cache prune takes what is not in use."),
  ];
}

function picturesOf({ resize, crop, interpolation, mean, std, channels }: Preprocessing): string {
  const sized = resize.kind === "shortest-edge" ? `shortest side to ${resize.size} (${interpolation})` : interpolation;
  const cropped = crop ? `, ${crop.width} × ${crop.height} from the centre` : "";
  return `${channels}, ${sized}${cropped}, less ${mean.join(" ")}, by ${std.join(" ")}`;
}
