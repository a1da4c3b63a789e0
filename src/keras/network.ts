/** A tensor that a layer reads: what another layer gave, in one of its calls. */
export interface TensorReference {
  readonly layer: string;
  /** Layers can be called more than once; the first call is 0. */
  readonly call: number;
}

/** A layer as Keras describes it. */
export interface KerasLayer {
  /** Keras' class: "Conv2D". */
  readonly kind: string;
  /** Unique in its network. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What each call reads, in order; an input layer has no call. */
  readonly calls: readonly (readonly TensorReference[])[];
  /** Of a model that is used as a layer. */
  readonly network?: KerasNetwork;
}

/** A Sequential or Functional model: the one form of what Keras 2, Keras 3 and TensorFlow.js write. */
export interface KerasNetwork {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  /** The name of its only input layer. */
  readonly input: string;
  /** What it gives. */
  readonly output: TensorReference;
}

/** A network and every network inside of it. */
export function networksIn(network: KerasNetwork): readonly KerasNetwork[] {
  return [network, ...network.layers.flatMap(({ network: inner }) => (inner ? networksIn(inner) : []))];
}
