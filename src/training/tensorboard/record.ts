import { crc32c } from "../../base/crc32c.ts";

const headBytes = 12;
const footBytes = 4;

/**
 * Bytes framed as a record of a TFRecord file: their length (u64), its checksum, the bytes, their checksum, all little-endian.
 *
 * @see TensorFlow, core/lib/io/record_writer.h
 */
export function record(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(headBytes + bytes.length + footBytes);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(crc32c(framed.subarray(0, 8))), true);
  framed.set(bytes, headBytes);
  view.setUint32(headBytes + bytes.length, masked(crc32c(bytes)), true);
  return framed;
}

/** Turned by 15 bits, plus a number: so that the checksum of bytes that hold checksums is none of them. */
const masked = (sum: number): number => (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
