/** Values of model_type with which transformers.js builds an image classifier. */
const types: ReadonlySet<string> = new Set([
  "beit",
  "convnext",
  "convnextv2",
  "deit",
  "dinov2",
  "dinov2_with_registers",
  "efficientnet",
  "fastvit",
  "hiera",
  "ijepa",
  "mobilenet_v1",
  "mobilenet_v2",
  "mobilenet_v3",
  "mobilenet_v4",
  "mobilevit",
  "mobilevitv2",
  "pvt",
  "resnet",
  "segformer",
  "swin",
  "vit",
  "vit_msn",
]);

/** How a saved model keeps its weights. */
export type SavedDtype = "float32" | "float16";

/**
 * transformers.js picks a model's file by its dtype: the name of its own kind stands in config.json, the file's name ends
 * in the suffix.
 *
 * @see https://huggingface.co/docs/transformers.js/guides/dtypes
 */
export const modelFiles: { readonly [D in SavedDtype]: { readonly dtype: string; readonly file: string } } = {
  float32: { dtype: "fp32", file: "model.onnx" },
  float16: { dtype: "fp16", file: "model_fp16.onnx" },
};

/** Whether transformers.js can run a model folder with this model_type. */
export const isTransformersJsType = (modelType: string): boolean => types.has(modelType);
