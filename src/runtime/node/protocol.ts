import type { ModelParts, Tensors } from "../runtime.ts";

/** What the workspace asks of its worker thread. Sessions are known by number. */
export type Request =
  | {
      readonly kind: "load";
      readonly session: number;
      readonly model: ModelParts;
      readonly threads: number;
      readonly state: readonly string[];
      readonly updates: Readonly<Record<string, string>>;
      readonly inPlace: readonly string[];
      /** What the path of the profile's file begins with; undefined: no profile. */
      readonly profile: string | undefined;
    }
  | { readonly kind: "run"; readonly session: number; readonly feeds: Tensors }
  | { readonly kind: "end-profile"; readonly session: number }
  | { readonly kind: "release"; readonly session: number }
  | { readonly kind: "set-state"; readonly tensors: Tensors }
  | { readonly kind: "get-state"; readonly names: readonly string[] | undefined };

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

export type Reply =
  | { readonly id: number; readonly tensors: Tensors }
  | { readonly id: number; readonly failure: Error };

/** Buffers that belong to one array alone travel without a copy. */
export function transferable(arrays: readonly ArrayBufferView[]): ArrayBuffer[] {
  const buffers = arrays
    .filter(({ byteLength, buffer }) => byteLength === buffer.byteLength && byteLength > 4096)
    .map(({ buffer }) => buffer)
    .filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
