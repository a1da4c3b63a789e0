import { test } from "vitest";
import { comparedWithKeras } from "../fixtures/keras.ts";
import { shared, whySkipped } from "../shared.ts";

const folder = shared("golden/keras");

test.skipIf(folder === undefined).each([
  ["vgg16", "VGG16"],
  ["vgg19", "VGG19"],
  ["resnet50", "ResNet50"],
  ["mobilenetv2", "MobileNetV2"],
])(`%s of keras.applications has Keras' logits${folder === undefined ? ` (${whySkipped})` : ""}`, (name, file) =>
  comparedWithKeras(name, `${folder}/${file}.json`),
);
