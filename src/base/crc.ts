/** A checksum of some bytes, 0 to 2³² − 1. `before` is that of what comes before them; without it they are all there is. */
export type Crc = (bytes: Uint8Array, before?: number) => number;

/**
 * The CRC of 32 bits over a polynomial, bits from the lowest on, as zip, PNG and TFRecord have theirs. Eight bytes at a time: models
 * are large.
 *
 * @param polynomial with its bits turned around
 * @see Kounavis and Berry, "A systematic approach to building high performance, software-based, CRC generators" (slicing-by-8)
 */
export function crcOver(polynomial: number): Crc {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = slices(polynomial);
  return (bytes, before = 0) => {
    const whole = bytes.length - (bytes.length % 8);
    let rest = before ^ 0xffffffff;
    let at = 0;
    for (; at < whole; at += 8) {
      const low =
        rest ^
        ((bytes[at] as number) |
          ((bytes[at + 1] as number) << 8) |
          ((bytes[at + 2] as number) << 16) |
          ((bytes[at + 3] as number) << 24));
      rest =
        (t7[low & 0xff] as number) ^
        (t6[(low >>> 8) & 0xff] as number) ^
        (t5[(low >>> 16) & 0xff] as number) ^
        (t4[low >>> 24] as number) ^
        (t3[bytes[at + 4] as number] as number) ^
        (t2[bytes[at + 5] as number] as number) ^
        (t1[bytes[at + 6] as number] as number) ^
        (t0[bytes[at + 7] as number] as number);
    }
    for (; at < bytes.length; at++) rest = (rest >>> 8) ^ (t0[(rest ^ (bytes[at] as number)) & 0xff] as number);
    return (rest ^ 0xffffffff) >>> 0;
  };
}

type Slices = readonly [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** Of each byte, what it makes of the remainder when 0 to 7 more bytes come behind it. */
function slices(polynomial: number): Slices {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  const behind = (table: Uint32Array) => table.map((rest) => (rest >>> 8) ^ (first[rest & 0xff] ?? 0));
  const second = behind(first);
  const third = behind(second);
  const fourth = behind(third);
  const fifth = behind(fourth);
  const sixth = behind(fifth);
  const seventh = behind(sixth);
  return [first, second, third, fourth, fifth, sixth, seventh, behind(seventh)];
}
