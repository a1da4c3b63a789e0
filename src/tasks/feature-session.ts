import { encodeForEngine } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { winograd } from "../rewrite/winograd.ts";
import type { Session, Workspace } from "../runtime/runtime.ts";

/** A frozen base in the engine: pictures in, features out. */
export interface FeatureSession {
  readonly session: Session;
  /** As it was laid out for the engine; its nodes stand in the scopes of the graph's own. */
  readonly laidOut: Graph;
}

/** Loads a graph whose weights are constants to run over many pictures. @throws {HostError} "engine-failed" */
export async function featureSession(workspace: Workspace, graph: Graph): Promise<FeatureSession> {
  const laidOut = winograd(graph);
  return { session: await workspace.load(encodeForEngine(modelOf(laidOut))), laidOut };
}
