import { type Application, Chain } from "./application.ts";

/** @param depths convolutions in each block */
export const vgg = (name: string, depths: readonly number[]): Application => ({
  name,
  network: (top) => {
    const chain = new Chain();
    for (const [block, depth] of depths.entries()) {
      for (let at = 1; at <= depth; at++) {
        chain.conv(`block${block + 1}_conv${at}`, 3, { padding: "same", activation: "relu" });
      }
      chain.add("MaxPooling2D", `block${block + 1}_pool`);
    }
    if (top) {
      chain.add("Flatten", "flatten");
      chain.add("Dense", "fc1", { activation: "relu" });
      chain.add("Dense", "fc2", { activation: "relu" });
      chain.add("Dense", "predictions");
    }
    return chain.network(name);
  },
});
