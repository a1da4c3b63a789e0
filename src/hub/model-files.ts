import { ModelError } from "../base/errors.ts";
import type { HubReference } from "./reference.ts";

/** Where a repository keeps its model, best first. */
const usual = ["onnx/model.onnx", "model.onnx", "onnx/model_fp16.onnx", "model.safetensors"] as const;

/** What tells of labels and preprocessing, beside the model or, of one in onnx/, above that. */
export const companions = ["config.json", "preprocessor_config.json", "labels.txt"] as const;

/**
 * The files that a model is read from: the one that is named or the first of the usual places, the weights that are kept
 * beside it, and what tells of its labels and preprocessing. Nothing else is wanted of a repository. The model comes last, so
 * that a fetch which was cut leaves none.
 *
 * @throws {ModelError} "no-model"
 */
export function modelFilesOf({ repo, file }: HubReference, files: readonly string[]): readonly string[] {
  const model = file ?? usual.find((name) => files.includes(name)) ?? onlyModel(repo, files);
  if (!files.includes(model)) {
    throw new ModelError("no-model", `${repo} has no file "${model}".`, { hint: hintOf(files) });
  }
  const beside = foldersAbout(model).flatMap((folder) => companions.map((name) => `${folder}${name}`));
  // External data is called model.onnx_data, model.onnx.data and so on, by custom.
  const isWanted = (name: string) => name.startsWith(`${model}_`) || name.startsWith(`${model}.`);
  const wanted = files.filter((name) => name !== model && (isWanted(name) || beside.includes(name)));
  return [...wanted, model];
}

/** Where a model folder is read from, with a slash at the end of each: the model's own, and what onnx/ lies in. */
function foldersAbout(model: string): readonly string[] {
  const own = model.slice(0, model.lastIndexOf("/") + 1);
  return /(^|\/)onnx\/$/.test(own) ? [own, own.slice(0, -"onnx/".length)] : [own];
}

function onlyModel(repo: string, files: readonly string[]): string {
  const models = modelsIn(files);
  const [only, ...others] = models;
  if (only !== undefined && others.length === 0) return only;
  const pickle = pickleIn(files);
  if (only === undefined && pickle !== undefined) {
    throw new ModelError(
      "no-model",
      `${repo} keeps its weights as a pickle (${pickle}), which is a program: Regraft runs none.`,
      {
        hint: "Look for a repository with model.safetensors or an .onnx file; many have a branch refs/pr/n with one.",
      },
    );
  }
  const what = only === undefined ? "no model that Regraft reads" : `${models.length} models`;
  throw new ModelError("no-model", `${repo} holds ${what}.`, { hint: hintOf(files) });
}

/** The first file that is a program of Python's which makes weights; such files are never run. */
export const pickleIn = (files: readonly string[]): string | undefined =>
  files.find((name) => /\.(bin|ckpt|pkl|pth?)$/.test(name));

const modelsIn = (files: readonly string[]): readonly string[] =>
  files.filter((name) => /\.(onnx|safetensors|keras)$|(^|\/)model\.json$/.test(name));

function hintOf(files: readonly string[]): string {
  const models = modelsIn(files);
  if (models.length === 0)
    return "Regraft reads .onnx and .keras files, TensorFlow.js' model.json, and timm's model.safetensors with its config.json.";
  const shown = models.slice(0, 8).join(", ");
  return `Name one of its files, as in hf:owner/name/${models[0]}: ${shown}${models.length > 8 ? ", …" : ""}.`;
}
