import { test } from "vitest";
import { comparedWithPyTorch, zooFiles } from "../fixtures/zoo.ts";

test.each(zooFiles)("%s at full size has PyTorch's logits, loss and gradients", comparedWithPyTorch);
