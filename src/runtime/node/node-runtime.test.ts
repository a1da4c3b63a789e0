import { describe } from "vitest";
import { runtimeContract } from "../runtime-contract.ts";
import { nodeRuntime } from "./node-runtime.ts";

describe("onnxruntime-node", () => runtimeContract(nodeRuntime));
