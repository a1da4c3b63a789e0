interface PeerRow {
  readonly title: string;
  /** The environment variable that names its Python. */
  readonly variable: string;
  /** What that Python must be able to import. */
  readonly modules: readonly string[];
  /** What pip is asked for. */
  readonly packages: readonly string[];
}

/** The other libraries: a yardstick, never a dependency. */
export const peerTable = {
  torch: {
    title: "PyTorch",
    variable: "REGRAFT_BENCH_TORCH",
    modules: ["torch", "torchvision", "numpy", "PIL"],
    packages: ["torch==2.13.0", "torchvision", "numpy", "pillow"],
  },
  keras: {
    title: "Keras",
    variable: "REGRAFT_BENCH_KERAS",
    modules: ["tensorflow", "keras", "numpy"],
    packages: ["tensorflow-cpu==2.21.0"],
  },
} as const satisfies Readonly<Record<string, PeerRow>>;

export type PeerName = keyof typeof peerTable;

export const peerNames = Object.keys(peerTable) as readonly PeerName[];
