import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { architectureNames, architectures, isArchitecture } from "./architectures.ts";
import { layersOn } from "./layers.ts";
import { randomWeights, type WeightSource } from "./weight-source.ts";

export interface ArchitectureOptions {
  /** 1000 by default, as in ImageNet. */
  readonly classes?: number;
  /** Of the pictures in pixels, 224 by default; a number where they are square. */
  readonly imageSize?: number | { readonly height: number; readonly width: number };
  /** Multiplies the channels; for mobilenet_v2 only. */
  readonly width?: number;
  /** Of the random weights. */
  readonly seed?: number;
  /** Where the weights come from instead. */
  readonly weights?: WeightSource;
}

/**
 * A network of torchvision's by its name there, without its dropout: `pixel_values` [N, 3, H, W] to `logits`
 * [N, classes]. Its initializers have the names and shapes of torchvision's state_dict, its layers those of the modules.
 * Weights are random, drawn as torchvision draws them, unless `weights` gives others.
 *
 * @throws {UsageError} "bad-option" · {GraphError} "bad-shape" where `weights` gives a tensor of another shape
 * @see https://pytorch.org/vision/stable/models.html
 */
export function architecture(
  name: string,
  { classes = 1000, imageSize = 224, width = 1, seed = 0, weights, ...rest }: ArchitectureOptions = {},
): Graph {
  refuseUnknown("architecture", rest);
  if (!isArchitecture(name)) {
    throw new UsageError("bad-option", `There is no architecture "${name}".`, {
      hint: `Known are ${architectureNames.join(", ")}.`,
    });
  }
  const { body, starts, smallest, hasWidth } = architectures[name];
  checkNumber("classes", classes, { min: 1, integer: true });
  checkNumber("width", width, { moreThan: 0 });
  if (width !== 1 && !hasWidth) throw new UsageError("bad-option", `${name} has one width only: 1, not ${width}.`);
  const sides = typeof imageSize === "number" ? { height: imageSize, width: imageSize } : imageSize;
  const extents = [sides.height, sides.width].map((side) =>
    checkNumber(`imageSize of ${name}`, side, { min: smallest, integer: true }),
  );
  const g = graphBuilder({ name });
  const pixels = g.input("pixel_values", "float32", ["N", 3, ...extents]);
  const layers = layersOn(g, weights ?? randomWeights(starts, { seed }));
  return g.build([body(layers, pixels, { classes, width })]);
}
