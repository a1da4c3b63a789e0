import { describe, expect, it } from "vitest";
import { random } from "../../base/random.ts";
import { nearHashes } from "./near-hashes.ts";
import { bitsApart, type PerceptualHash } from "./perceptual-hash.ts";

/** Hashes of which every third is an earlier one with up to 20 bits changed. */
function someHashes(count: number, seed: number): readonly PerceptualHash[] {
  const rng = random(seed);
  const word = () => Math.floor(rng.uniform(0, 2 ** 32)) | 0;
  const hashes: PerceptualHash[] = [];
  for (let at = 0; at < count; at++) {
    const from = at % 3 === 2 ? hashes[rng.int(at)] : undefined;
    let [low, high] = from ? [from.low, from.high] : [word(), word()];
    for (let change = from ? rng.int(21) : 0; change > 0; change--) {
      if (rng.int(2) === 0) low ^= 1 << rng.int(32);
      else high ^= 1 << rng.int(32);
    }
    hashes.push({ low, high });
  }
  return hashes;
}

describe("nearHashes", () => {
  it.each([3, 5, 10, 14])(
    "finds the pairs that a comparison of all with all finds, each once, at radius %d",
    (radius) => {
      const hashes = someHashes(600, radius);
      const all = hashes.flatMap((hash, at) =>
        hashes.slice(0, at).flatMap((other, earlier) => (bitsApart(hash, other) <= radius ? [`${earlier} ${at}`] : [])),
      );
      const found = [...nearHashes(hashes, { radius })].map((pair) => pair.join(" "));
      expect(all.length).toBeGreaterThan(20);
      expect(found.sort()).toEqual(all.sort());
    },
  );

  it("pairs equal hashes, and nothing where there is nothing", () => {
    const same = { low: -5, high: 7 };
    expect([...nearHashes([same, same, same], { radius: 8 })].sort()).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    expect([...nearHashes([], { radius: 8 })]).toEqual([]);
  });

  it("refuses a radius that its words cannot have", () => {
    expect(() => [...nearHashes([], { radius: 2 })]).toThrow(expect.objectContaining({ code: "bad-option" }));
  });
});
