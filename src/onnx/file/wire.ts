/**
 * A protobuf message whose large parts are given as they are, so that weights are copied once into the file and not
 * once per level of nesting.
 */
export interface Part {
  readonly sizeBytes: number;
  readonly chunks: readonly Uint8Array[];
}

/** Bytes that are a message, or a piece of one, already. */
export const part = (bytes: Uint8Array): Part => ({ sizeBytes: bytes.byteLength, chunks: [bytes] });

/** Parts one after the other: in protobuf that merges messages. */
export const joined = (parts: readonly Part[]): Part => ({
  sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  chunks: parts.flatMap(({ chunks }) => chunks),
});

/** A length-delimited field that holds `content`. */
export function field(number: number, content: Part): Part {
  const LENGTH_DELIMITED = 2;
  const head = Uint8Array.from([...varint((number << 3) | LENGTH_DELIMITED), ...varint(content.sizeBytes)]);
  return joined([part(head), content]);
}

/** The whole message in one piece of memory. */
export function assembled({ sizeBytes, chunks }: Part): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Seven bits per byte, lowest first; the highest bit says that more follow. */
function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}
