import type { Interpolation } from "./image.ts";

/** A reconstruction filter: its weight at distance x, zero from `support` on, in source pixels when enlarging. */
interface Filter {
  readonly support: number;
  weight(x: number): number;
}

/** Keys' cubic convolution with this parameter: Pillow's and torchvision's; OpenCV and PyTorch's tensors use −0.75. */
const a = -0.5;

export const filters: Readonly<Record<Exclude<Interpolation, "nearest">, Filter>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight(x) {
      const d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
