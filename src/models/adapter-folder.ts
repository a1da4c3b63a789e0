import { ModelError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { refuseUnknown } from "../base/options.ts";
import { formatShape } from "../base/shape.ts";
import type { Tensor } from "../base/tensor.ts";
import { decodeSafetensors } from "../hub/safetensors.ts";
import type { Store } from "../store/store.ts";
import { type AdapterContent, aboutSchema, adapterFiles, loraConfigSchema, prefix, suffixes } from "./adapter-files.ts";
import { descriptionAt } from "./description-at.ts";

/**
 * Reads what `writeAdapterFolder` wrote.
 *
 * @throws {ModelError} "no-model" where a file is missing · "bad-model-folder" · "bad-adapter" · "bad-safetensors"
 */
export async function readAdapterFolder(
  path: string,
  { store, ...rest }: { readonly store: Store },
): Promise<AdapterContent> {
  refuseUnknown("readAdapterFolder", rest);
  for (const file of Object.values(adapterFiles)) {
    if ((await store.kind(store.join(path, file))) === "file") continue;
    throw new ModelError("no-model", `"${path}" holds no adapter: it has no ${file}.`, {
      hint: "An adapter is what model.saveAdapter wrote, or the adapter/ folder of a run with --lora.",
    });
  }
  const text = (file: string) => descriptionAt(store.join(path, file), store);
  const config = parseJson(await text(adapterFiles.config), adapterFiles.config, loraConfigSchema);
  const { multi_label: multiLabel, ...about } = parseJson(
    await text(adapterFiles.about),
    adapterFiles.about,
    aboutSchema,
  );
  const tensors = decodeSafetensors(await store.read(store.join(path, adapterFiles.tensors)));
  const { r: rank, lora_alpha: alpha, base_model_name_or_path: baseModel } = config;
  const found = sorted(tensors);
  requireRank(found, rank);
  return { rank, alpha, baseModel: baseModel ?? "", multiLabel, ...about, ...found };
}

function requireRank({ factors }: Pick<AdapterContent, "factors">, rank: number): void {
  for (const [module, { A, B }] of Object.entries(factors)) {
    if (A.shape[0] === rank && B.shape[1] === rank) continue;
    throw new ModelError(
      "bad-adapter",
      `${adapterFiles.config} says rank ${rank}, and the factors of "${module}" are ${formatShape(A.shape)} and ${formatShape(B.shape)}.`,
      { hint: whole },
    );
  }
}

/** What to do about an adapter whose files do not belong together. */
const whole = "Fetch the adapter again, with all of its files.";

/** The factors, and all else. */
function sorted(tensors: Readonly<Record<string, Tensor>>): Pick<AdapterContent, "factors" | "saved"> {
  const named = new Map<string, Tensor>();
  for (const [key, value] of Object.entries(tensors)) {
    if (!key.startsWith(prefix))
      throw new ModelError("bad-adapter", `${adapterFiles.tensors}: "${key}" is no key of PEFT's.`, { hint: whole });
    named.set(key.slice(prefix.length), value);
  }
  const modules = [...named.keys()].flatMap((name) => {
    const suffix = Object.values(suffixes).find((end) => name.endsWith(end));
    return suffix === undefined ? [] : [name.slice(0, -suffix.length)];
  });
  const factors = [...new Set(modules)].map((module) => {
    const [A, B] = [named.get(`${module}${suffixes.A}`), named.get(`${module}${suffixes.B}`)];
    if (A && B) return [module, { A, B }] as const;
    throw new ModelError(
      "bad-adapter",
      `${adapterFiles.tensors} has one factor of "${module}", and no ${A ? "lora_B" : "lora_A"}.`,
      { hint: whole },
    );
  });
  const isFactor = (name: string) => name.endsWith(suffixes.A) || name.endsWith(suffixes.B);
  return {
    factors: Object.fromEntries(factors),
    saved: Object.fromEntries([...named].filter(([name]) => !isFactor(name))),
  };
}
