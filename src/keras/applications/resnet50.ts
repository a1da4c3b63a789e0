import { type Application, Chain } from "./application.ts";

const residualNorm = { epsilon: 1.001e-5 } as const;

/** @see keras/src/applications/resnet.py; layers in the order in which Keras' own model has them */
export const resnet50: Application = {
  name: "resnet50",
  network: (top) => {
    const chain = new Chain();
    chain.add("ZeroPadding2D", "conv1_pad", { padding: 3 });
    chain.conv("conv1_conv", 7, { strides: 2 });
    chain.norm("conv1_bn", residualNorm);
    chain.add("ReLU", "conv1_relu");
    chain.add("ZeroPadding2D", "pool1_pad", { padding: 1 });
    chain.add("MaxPooling2D", "pool1_pool", { pool_size: 3, strides: 2 });
    for (const [stage, depth] of [3, 4, 6, 3].entries()) {
      for (let block = 1; block <= depth; block++) {
        residual(chain, `conv${stage + 2}_block${block}`, {
          isFirst: block === 1,
          strides: stage > 0 && block === 1 ? 2 : 1,
        });
      }
    }
    if (top) {
      chain.add("GlobalAveragePooling2D", "avg_pool");
      chain.add("Dense", "predictions");
    }
    return chain.network("resnet50");
  },
};

/** 1x1, 3x3, 1x1; the input added, through a 1x1 of its own in the first block of a stage. */
function residual(
  chain: Chain,
  name: string,
  { isFirst, strides }: { readonly isFirst: boolean; readonly strides: number },
): void {
  const input = chain.last;
  chain.conv(`${name}_1_conv`, 1, { strides });
  chain.norm(`${name}_1_bn`, residualNorm);
  chain.add("ReLU", `${name}_1_relu`);
  chain.conv(`${name}_2_conv`, 3, { padding: "same" });
  chain.norm(`${name}_2_bn`, residualNorm);
  const middle = chain.add("ReLU", `${name}_2_relu`);
  const side = isFirst ? chain.conv(`${name}_0_conv`, 1, { strides }, input) : input;
  const main = chain.conv(`${name}_3_conv`, 1, {}, middle);
  const short = isFirst ? chain.norm(`${name}_0_bn`, residualNorm, side) : side;
  const long = chain.norm(`${name}_3_bn`, residualNorm, main);
  chain.add("Add", `${name}_add`, {}, [short, long]);
  chain.add("ReLU", `${name}_out`);
}
