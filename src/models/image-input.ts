import { ModelError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import type { Graph } from "../onnx/graph.ts";

/** The picture tensor that a model takes. */
interface ImageInput {
  readonly name: string;
  readonly layout: "NCHW";
  /** Pixels; undefined where the graph takes any size. */
  readonly height: number | undefined;
  readonly width: number | undefined;
}

/**
 * The only input of an accepted graph, as a picture: float32 [N, 3, H, W].
 *
 * @throws {ModelError} "not-an-image-model"
 */
export function imageInput(graph: Graph): ImageInput {
  const [input, ...others] = graph.inputs;
  const [, channels, height, width] = input?.shape ?? [];
  const isPicture = input?.dtype === "float32" && input.shape?.length === 4 && others.length === 0;
  if (!input || !isPicture || channels !== 3) throw notAPicture(graph);
  const pixels = (extent: number | string | undefined) => (typeof extent === "number" ? extent : undefined);
  return { name: input.name, layout: "NCHW", height: pixels(height), width: pixels(width) };
}

/** Pixels a side where neither the model nor its preprocessing says: most classifiers were trained at it. */
const usualSize = 224;

/** The size of the pictures that a graph takes; the usual one where it takes any. @throws as `imageInput` */
export function pictureSize(graph: Graph): { readonly height: number; readonly width: number } {
  const { height = usualSize, width = usualSize } = imageInput(graph);
  return { height, width };
}

function notAPicture({ inputs }: Graph): ModelError {
  const found = inputs.map(({ name, dtype, shape }) => `"${name}" ${dtype} ${formatShape(shape)}`).join(", ");
  return new ModelError(
    "not-an-image-model",
    `The model's input should be one picture tensor, [N, 3, H, W] or [N, H, W, 3]; found ${found === "" ? "no input" : found}.`,
    {
      hint:
        inputs.length > 1
          ? "Regraft feeds pictures only: export the model with its other inputs as constants."
          : "Use an image classifier that takes float32 or uint8 pictures.",
    },
  );
}
