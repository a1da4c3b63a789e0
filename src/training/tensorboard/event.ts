import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** What TensorBoard shows at a step, under a tag. */
export type Summary =
  | { readonly tag: string; readonly scalar: number }
  /** Markdown. */
  | { readonly tag: string; readonly text: string };

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** Said once, at the start of a file. */
  readonly fileVersion?: string;
  readonly summaries?: readonly Summary[];
  /** A run goes on at this step: what was written of later ones is of another course, and is not shown. */
  readonly goesOn?: boolean;
}

/** `DataType` of TensorFlow for texts. */
const DT_STRING = 7;
/** `SessionLog.SessionStatus` */
const SESSION_START = 1;

/**
 * An event as TensorBoard reads it. Scalars are `simple_value`s, as PyTorch writes them: every reader knows those.
 *
 * @see tensorboard/compat/proto: event.proto, summary.proto, tensor.proto, whose numbers of fields these are
 */
export function encodeEvent({ wallTime, step = 0, fileVersion, summaries = [], goesOn }: Event): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(wallTime);
  if (step !== 0) event.tag(2, WireType.Varint).int64(step);
  if (fileVersion !== undefined) event.tag(3, WireType.LengthDelimited).string(fileVersion);
  // SessionLog { status: START }
  if (goesOn) message(event, 7, (log) => log.tag(1, WireType.Varint).int32(SESSION_START));
  if (summaries.length === 0) return event.finish();
  return message(event, 5, (summary) => {
    for (const one of summaries) message(summary, 1, (value) => writeValue(value, one));
  }).finish();
}

/** `Summary.Value` */
function writeValue(value: BinaryWriter, summary: Summary): void {
  value.tag(1, WireType.LengthDelimited).string(summary.tag);
  if ("scalar" in summary) {
    value.tag(2, WireType.Bit32).float(summary.scalar);
    return;
  }
  message(value, 8, (tensor) => {
    tensor.tag(1, WireType.Varint).int32(DT_STRING);
    // tensor_shape: of one text, without dimensions
    message(tensor, 2, () => {});
    tensor.tag(8, WireType.LengthDelimited).string(summary.text);
  });
  message(value, 9, (metadata) => {
    message(metadata, 1, (plugin) => plugin.tag(1, WireType.LengthDelimited).string("text"));
  });
}

/** A message in a field of another. */
function message(parent: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): BinaryWriter {
  const inner = parent.tag(field, WireType.LengthDelimited).fork();
  write(inner);
  return inner.join();
}
