import { z } from "zod";
import type { LayerSite } from "./layer-site.ts";
import type { Pair } from "./padding.ts";

const extent = z.number().int().min(1);

/** Pixels, vertical and horizontal: a pair, or one number for both. */
export const pair = z.union([z.tuple([extent, extent]), extent.transform((both): [number, number] => [both, both])]);

export const dataFormat = z.string().nullish();

/** @throws {ModelError} "unsupported-layer" for a layer that has channels first */
export function requireChannelsLast(site: LayerSite, format: string | null | undefined): void {
  if ((format ?? "channels_last") !== "channels_last") throw site.unsupported(`data_format "${format}"`);
}

/** @throws {ModelError} "unsupported-layer" for anything but "valid" and "same" */
export function paddingOf(site: LayerSite, padding: string): "valid" | "same" {
  const name = padding.toLowerCase();
  if (name === "valid" || name === "same") return name;
  throw site.unsupported(`padding "${padding}"`);
}

export const isOne = ([vertical, horizontal]: Pair): boolean => vertical === 1 && horizontal === 1;
