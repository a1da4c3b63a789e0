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
    }
  | { readonly kind: "run"; readonly session: number; readonly feeds: Tensors }
  | { readonly kind: "release"; readonly session: number }
  | { readonly kind: "set-state"; readonly tensors: Tensors }
  | { readonly kind: "get-state"; readonly names: readonly string[] | undefined };

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

export type Reply =
  | { readonly id: number; readonly tensors: Tensors }
  | { readonly id: number; readonly failure: string };
