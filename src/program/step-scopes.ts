/** What stands in front of the names of a step's nodes that are neither the graph's own nor a gradient's. */
export const stepScopes = {
  loss: "loss",
  /** Followed by the name of the weight, where a node is for one of them. */
  optimizer: "optimizer",
} as const;
