import { bytes, count } from "../../base/words.ts";
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
    dim("  hf:owner/name is any other one on the Hugging Face Hub, https://… one that lies anywhere else."),
  ];
}

/** One model in full. */
export function modelLines(model: KnownModel, { bold, dim }: Colors): readonly string[] {
  const {
    name,
    repo,
    licence,
    goodFor,
    head,
    featureSize,
    parameters,
    sizeBytes,
    preprocessing,
    stages,
    folder,
    sha256,
  } = model;
  const rows = [
    ["from", `hf:${repo}`],
    ["licence", licence],
    ["weights", `${count(parameters)}, ${bytes(sizeBytes)}`],
    ["head", `${head}: ${count(featureSize)} features`],
    ["stages", `${stages.join(", ")}: --unfreeze ${stages.at(-1)} trains from the last one on`],
    ["pictures", picturesOf(preprocessing)],
    ["good for", goodFor],
    ["on disk", folder ?? `not yet: it is fetched when it is first used, or by regraft models pull ${name}`],
    ...(sha256 === undefined ? [] : [["SHA-256", sha256]]),
  ];
  return [bold(name), ...columns(rows.map(([what = "", text = ""]) => [dim(what), text]))];
}

/** Where a model lies that was fetched, and what to do with it. */
export function pulledLines(pulled: PulledModel, { dim }: Colors): readonly string[] {
  const { name, folder } = pulled;
  const isRepo = "repo" in pulled;
  const what = isRepo ? `${pulled.repo} at ${pulled.commit.slice(0, 8)}` : pulled.address;
  return [
    `${what} is in ${folder}`,
    ...(isRepo ? [] : [dim(`  SHA-256 ${pulled.sha256}`)]),
    "",
    dim(`  regraft train <pictures> --model ${name} trains it;`),
    dim(`  regraft models remove ${isRepo ? name : pulled.address} takes it away.`),
  ];
}

function picturesOf({ resize, crop, interpolation, mean, std, channels }: Preprocessing): string {
  const sized = resize.kind === "shortest-edge" ? `shortest side to ${resize.size} (${interpolation})` : interpolation;
  const cropped = crop ? `, ${crop.width} × ${crop.height} from the centre` : "";
  return `${channels}, ${sized}${cropped}, less ${mean.join(" ")}, by ${std.join(" ")}`;
}
