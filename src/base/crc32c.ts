import { crcOver } from "./crc.ts";

/**
 * CRC-32C (Castagnoli, 0x1EDC6F41) of some bytes.
 *
 * @see RFC 3720, appendix B.4
 */
export const crc32c = crcOver(0x82f63b78);

/** The checksum of pieces that follow one another. */
export const crc32cOf = (pieces: Iterable<Uint8Array>): number => {
  let sum = 0;
  for (const piece of pieces) sum = crc32c(piece, sum);
  return sum;
};
