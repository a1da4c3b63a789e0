/** What a report of something unexpected tells of where it happened. */
export interface Machine {
  /** By name: regraft, onnxruntime-node, node. */
  readonly versions: Readonly<Record<string, string>>;
  /** "linux x64" */
  readonly platform: string;
  /** Of the user who runs the program: it is shown as "~". */
  readonly home: string;
}
