import type { z } from "zod";
import { refuseUnknown } from "../base/options.ts";
import type { Tensor } from "../base/tensor.ts";
import { safetensorsPieces } from "../hub/safetensors.ts";
import type { Store } from "../store/store.ts";
import { type AdapterContent, type aboutSchema, adapterFiles, prefix, suffixes } from "./adapter-files.ts";
import { folderPlace, replaceFolder } from "./replace-folder.ts";

/**
 * Writes an adapter as PEFT does, adapter_config.json and adapter_model.safetensors, and beside them regraft.json with what
 * PEFT has no place for: the new layers, the labels, the loss.
 *
 * @throws {HostError} "run-exists" · "disk-full" · "write-failed"
 * @see https://huggingface.co/docs/peft/developer_guides/checkpoint
 */
export async function writeAdapterFolder(
  path: string,
  content: AdapterContent,
  { store, overwrite = false, ...rest }: { readonly store: Store; readonly overwrite?: boolean },
): Promise<void> {
  refuseUnknown("writeAdapterFolder", rest);
  const { head, labels, loss, multiLabel } = content;
  const about = { head, labels, loss, multi_label: multiLabel } satisfies z.input<typeof aboutSchema>;
  const marks = [[[adapterFiles.config]], [[adapterFiles.tensors]]];
  const place = await folderPlace(path, { store, overwrite, what: "an adapter folder", marks });
  const tensors = safetensorsPieces(tensorsOf(content), { format: "pt" });
  await replaceFolder(
    place,
    [
      [[adapterFiles.config], json(configOf(content))],
      [[adapterFiles.tensors], tensors],
      [[adapterFiles.about], json(about)],
    ],
    store,
  );
}

function tensorsOf({ factors, saved }: AdapterContent): Readonly<Record<string, Tensor>> {
  const adapted = Object.entries(factors).flatMap(([module, { A, B }]) => [
    [`${prefix}${module}${suffixes.A}`, A] as const,
    [`${prefix}${module}${suffixes.B}`, B] as const,
  ]);
  const kept = Object.entries(saved).map(([name, value]) => [`${prefix}${name}`, value] as const);
  return Object.fromEntries([...adapted, ...kept]);
}

/** As PEFT's LoraConfig, its defaults included that readers like to see. */
function configOf({ rank, alpha, baseModel, factors, saved }: AdapterContent) {
  const modules = new Set(Object.keys(saved).map((name) => name.slice(0, name.lastIndexOf("."))));
  return {
    peft_type: "LORA",
    task_type: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    use_dora: false,
    use_rslora: false,
    rank_pattern: {},
    alpha_pattern: {},
    target_modules: Object.keys(factors),
    modules_to_save: modules.size === 0 ? null : [...modules],
  };
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
