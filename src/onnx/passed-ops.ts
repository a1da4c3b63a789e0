/**
 * ONNX's ops that Regraft runs and does not look into: no shape is followed through them and no gradient passes. Each
 * with the first opset from which on a node means at `OPSET` what it says: before it, it would need an upgrade. Ops of
 * a later opset than `OPSET` have that one.
 *
 * Not here: ops with sub-graphs (If, Loop, Scan), with sequences and texts, and random ones, which would make a
 * prediction differ from the one before.
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
const passedOps: Readonly<Record<string, number>> = {
  Acos: 7,
  Acosh: 9,
  AffineGrid: 20,
  Asin: 7,
  Asinh: 9,
  Atan: 7,
  Atanh: 9,
  BitShift: 11,
  BitwiseAnd: 18,
  BitwiseNot: 18,
  BitwiseOr: 18,
  BitwiseXor: 18,
  BlackmanWindow: 17,
  CastLike: 15,
  CenterCropPad: 18,
  Col2Im: 18,
  Compress: 9,
  ConvInteger: 10,
  Cosh: 9,
  DFT: 20,
  DeformConv: 19,
  DequantizeLinear: 10,
  Det: 11,
  DynamicQuantizeLinear: 11,
  GRU: 7,
  GlobalLpPool: 2,
  GridSample: 20,
  HammingWindow: 17,
  HannWindow: 17,
  Hardmax: 13,
  LSTM: 7,
  LpNormalization: 1,
  LpPool: 11,
  MatMulInteger: 10,
  MaxRoiPool: 1,
  MaxUnpool: 9,
  MeanVarianceNormalization: 9,
  MelWeightMatrix: 17,
  NonMaxSuppression: 10,
  QLinearConv: 10,
  QLinearMatMul: 10,
  QuantizeLinear: 10,
  RNN: 7,
  ReverseSequence: 10,
  RoiAlign: 16,
  RotaryEmbedding: 23,
  Shrink: 9,
  Sinh: 9,
  Tan: 7,
  Unique: 11,
};

export const passedOpNames: readonly string[] = Object.keys(passedOps);

/** The first opset whose form of the op is that of `OPSET`; undefined for an op that is not passed. */
export const passedSince = (op: string): number | undefined =>
  Object.hasOwn(passedOps, op) ? passedOps[op] : undefined;
