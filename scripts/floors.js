/** The house, from the ground up. An import runs down, or stays in its room; see docs/architecture.md. */
export const floors = [
  ["base"],
  ["onnx", "hub", "runtime", "store", "image", "distributed"],
  ["autodiff", "rewrite", "data", "zoo", "keras"],
  ["program", "evaluation", "models"],
  ["training", "report"],
  ["tasks"],
  ["hosts", "server"],
  ["cli", "ui", "index.ts"],
];

/** Rooms that may know the machine: everything else is core and runs wherever JavaScript does. */
export const shell = ["hosts", "server", "cli", "ui", "index.ts"];

/** Packages that belong to Node: the core reaches them through ports. */
export const nodePackages = ["onnxruntime-node", "sharp", "picocolors", "commander", "undici", "fs-native-extensions"];
