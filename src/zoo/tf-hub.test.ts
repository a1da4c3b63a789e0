import { expect, test } from "vitest";
import { cardForHandle, isTfHubHandle } from "./tf-hub.ts";

test.each([
  ["https://tfhub.dev/google/tf2-preview/mobilenet_v2/feature_vector/4", "mobilenet_v2"],
  ["tfhub.dev/google/imagenet/mobilenet_v3_large_100_224/classification/5", "mobilenet_v2"],
  ["https://tfhub.dev/google/imagenet/resnet_v2_152/feature_vector/5", "resnet152"],
  ["https://www.kaggle.com/models/google/resnet-v1/TensorFlow2/101-classification/1", undefined],
  ["https://www.kaggle.com/models/google/mobilenet-v2/tensorFlow2/100-224-classification/2", "mobilenet_v2"],
  ["https://tfhub.dev/tensorflow/resnet_50/classification/1", "resnet50"],
  ["https://tfhub.dev/google/efficientnet/b0/feature-vector/1", undefined],
])("%s is near %s", (handle, card) => {
  expect(isTfHubHandle(handle)).toBe(true);
  expect(cardForHandle(handle)?.name).toBe(card);
});

test.each(["mobilenet_v2", "./tfhub.dev/x", "https://example.com/tfhub.dev/x", "hf:tfhub/dev"])(
  "%s is no handle",
  (text) => {
    expect(isTfHubHandle(text)).toBe(false);
  },
);
