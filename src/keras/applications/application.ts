import type { KerasLayer, KerasNetwork } from "../network.ts";

/** A network of keras.applications that is known without a description. */
export interface Application {
  /** Keras' name of the model, by which its preprocessing is known too. */
  readonly name: string;
  /** @param top whether it ends in its classifier */
  readonly network: (top: boolean) => KerasNetwork;
}

/** Adds layers one after another, or after the layers named. Kernels and units are as many as the weights have. */
export class Chain {
  readonly layers: KerasLayer[] = [
    { kind: "InputLayer", name: "input_layer", config: { batch_shape: [null, null, null, 3] }, calls: [] },
  ];

  get last(): string {
    return this.layers.at(-1)?.name ?? "";
  }

  add(kind: string, name: string, config: KerasLayer["config"] = {}, after: readonly string[] = [this.last]): string {
    this.layers.push({ kind, name, config, calls: [after.map((layer) => ({ layer, call: 0 }))] });
    return name;
  }

  conv(name: string, size: number, config: KerasLayer["config"] = {}, after = this.last): string {
    return this.add("Conv2D", name, { kernel_size: size, ...config }, [after]);
  }

  norm(name: string, config: KerasLayer["config"], after = this.last): string {
    return this.add("BatchNormalization", name, config, [after]);
  }

  network(name: string): KerasNetwork {
    return { name, layers: this.layers, input: "input_layer", output: { layer: this.last, call: 0 } };
  }
}
