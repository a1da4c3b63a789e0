import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { shared, whySkipped } from "../../test/shared.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { readPreprocessorConfig } from "./hugging-face-preprocessing.ts";
import { presetNamed, requirePreprocessing } from "./preprocessing.ts";
import { preprocessorConfig } from "./preprocessor-config.ts";
import { pretrainedCfgSchema, timmPreprocessing } from "./timm-preprocessing.ts";

const read = (config: object) => readPreprocessorConfig(JSON.stringify(config));

const imagenet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const normalized = { do_rescale: true, rescale_factor: 1 / 255, do_normalize: true, ...imagenet };

describe("preprocessor_config.json", () => {
  test("says all of a MobileNetV2", () => {
    const config = {
      image_processor_type: "MobileNetV2ImageProcessor",
      do_resize: true,
      size: { shortest_edge: 256 },
      resample: 2,
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      ...normalized,
    };
    expect(read(config)).toEqual({
      preprocessing: {
        resize: { kind: "shortest-edge", size: 256 },
        interpolation: "bilinear",
        crop: { width: 224, height: 224 },
        scale: 1 / 255,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        channels: "RGB",
        layout: "NCHW",
      },
      assumed: [],
    });
  });

  test("of an old ViT means a square by a bare size, and leaves rescaling to convention", () => {
    const config = {
      feature_extractor_type: "ViTFeatureExtractor",
      do_resize: true,
      size: 224,
      resample: 2,
      do_normalize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    };
    const { preprocessing, assumed } = read(config);
    expect(preprocessing).toMatchObject({
      resize: { kind: "exact", width: 224, height: 224 },
      crop: undefined,
      scale: 1 / 255,
    });
    expect(assumed).toEqual(["do_rescale = true", `rescale_factor = ${1 / 255}`, "do_center_crop = false"]);
  });

  test.each([
    [
      "a short side by a bare size in CLIP",
      { image_processor_type: "CLIPImageProcessor", size: 256, do_center_crop: true, crop_size: 224 },
      { kind: "shortest-edge", size: 256 },
      224,
    ],
    // microsoft/resnet-50: 224 / 0.875 = 256
    [
      "size / crop_pct and a crop in ConvNext",
      { feature_extractor_type: "ConvNextFeatureExtractor", size: 224, crop_pct: 0.875 },
      { kind: "shortest-edge", size: 256 },
      224,
    ],
    [
      "ConvNext's own crop_pct where none is given",
      { image_processor_type: "ConvNextImageProcessor", size: { shortest_edge: 288 }, crop_pct: null },
      { kind: "shortest-edge", size: 329 },
      288,
    ],
    [
      "both sides scaled in ConvNext from 384 on",
      { image_processor_type: "ConvNextImageProcessor", size: { shortest_edge: 384 } },
      { kind: "exact", width: 384, height: 384 },
      undefined,
    ],
    [
      "size / crop_pct in PoolFormer",
      {
        image_processor_type: "PoolFormerImageProcessor",
        size: { shortest_edge: 224 },
        crop_pct: 0.9,
        do_center_crop: true,
        crop_size: 224,
      },
      { kind: "shortest-edge", size: 248 },
      224,
    ],
    [
      "256/224 of the size in LeViT",
      {
        image_processor_type: "LevitImageProcessor",
        size: { shortest_edge: 224 },
        do_center_crop: true,
        crop_size: 224,
      },
      { kind: "shortest-edge", size: 256 },
      224,
    ],
    ["no resize", { do_resize: false, do_center_crop: true, crop_size: 96 }, { kind: "none" }, 96],
  ])("means %s", (_, config, resize, crop) => {
    const { preprocessing } = read({ resample: 3, ...normalized, ...config });
    expect(preprocessing.resize).toEqual(resize);
    expect(preprocessing.crop).toEqual(crop === undefined ? undefined : { width: crop, height: crop });
  });

  test("of an EfficientNet divides by the deviation twice, unless it has no top", () => {
    const config = {
      image_processor_type: "EfficientNetImageProcessor",
      size: { height: 224, width: 224 },
      resample: 0,
      ...normalized,
    };
    expect(read(config).preprocessing.std).toBeAllclose([0.229 ** 2, 0.224 ** 2, 0.225 ** 2]);
    expect(read({ ...config, include_top: false }).preprocessing.std).toEqual([0.229, 0.224, 0.225]);
  });

  test("with flipped channels gives mean and deviation in BGR order", () => {
    const { preprocessing } = read({ size: { height: 64, width: 64 }, do_flip_channel_order: true, ...normalized });
    expect(preprocessing).toMatchObject({ channels: "BGR", mean: [0.406, 0.456, 0.485], std: [0.225, 0.224, 0.229] });
  });

  test("without rescaling and normalizing keeps bytes", () => {
    const { preprocessing } = read({ size: { height: 64, width: 64 }, do_rescale: false, do_normalize: false });
    expect(preprocessing).toMatchObject({ scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
  });

  test.each([
    ["no size", { do_resize: true, ...normalized }, '"size"'],
    ["no mean", { size: { height: 8, width: 8 }, do_normalize: true }, '"image_mean"'],
    ["padding", { do_pad: true }, "do_pad"],
    ["Pillow's box filter", { size: { height: 8, width: 8 }, resample: 4, ...normalized }, "resample 4"],
    ["a size of another kind", { size: { longest_edge: 8 } }, '"size"'],
  ])("with %s is refused by name", (_, config, name) => {
    expect(() => read(config)).toThrow(
      expect.objectContaining({ code: "bad-model-folder", message: expect.stringContaining(name) }),
    );
  });

  test("that is not JSON is refused", () => {
    expect(() => readPreprocessorConfig("{")).toThrow("preprocessor_config.json is not JSON");
  });

  const path = shared("models/mobilenet_v2_1.0_224/preprocessor_config.json");
  test.skipIf(!path)(`of a real folder is read (${path ? "here" : whySkipped})`, () => {
    expect(readPreprocessorConfig(readFileSync(path ?? "", "utf8")).preprocessing).toEqual(preprocessingPresets.tf);
  });
});

describe("what is written is read back", () => {
  const others: Readonly<Record<string, Preprocessing>> = {
    exact: {
      ...preprocessingPresets.tf,
      resize: { kind: "exact", width: 320, height: 240 },
      crop: undefined,
      interpolation: "lanczos",
    },
    bytes: { ...preprocessingPresets.imagenet, resize: { kind: "none" }, crop: undefined },
  };
  test.each(Object.entries({ ...preprocessingPresets, ...others }))("%s", (_, preprocessing) => {
    expect(read(preprocessorConfig(preprocessing))).toEqual({ preprocessing, assumed: [] });
  });
});

describe("timm's pretrained_cfg", () => {
  const cfg = {
    input_size: [3, 224, 224],
    interpolation: "bicubic",
    crop_pct: 0.95,
    crop_mode: "center",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    classifier: "fc",
  };
  const timm = (changes: object) => timmPreprocessing(pretrainedCfgSchema.parse({ ...cfg, ...changes }));

  test("resizes to floor(size / crop_pct), then crops", () => {
    expect(timm({})).toMatchObject({
      resize: { kind: "shortest-edge", size: 235 },
      interpolation: "bicubic",
      crop: { width: 224, height: 224 },
    });
  });

  test("scales both sides in squash mode", () => {
    expect(timm({ crop_mode: "squash", crop_pct: 1 }).resize).toEqual({ kind: "exact", width: 224, height: 224 });
  });

  test("is refused where it pads or draws its filter", () => {
    expect(() => timm({ crop_mode: "border" })).toThrow("crop_mode border");
    expect(() => timm({ interpolation: "random" })).toThrow("interpolation random");
  });
});

test("presets are chosen by name, and an unknown name lists them", () => {
  expect(presetNamed("caffe").channels).toBe("BGR");
  expect(() => presetNamed("torch")).toThrow(
    expect.objectContaining({ hint: "Choose one of imagenet, tf, caffe, bytes." }),
  );
});

test("a model that does not say is never guessed", () => {
  expect(() => requirePreprocessing({ path: "bees", preprocessing: undefined })).toThrow(
    expect.objectContaining({ code: "no-preprocessing", message: expect.stringContaining('"bees"') }),
  );
});
