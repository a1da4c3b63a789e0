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

/** Whether transformers.js can run a model folder with this model_type. */
export const isTransformersJsType = (modelType: string): boolean => types.has(modelType);
