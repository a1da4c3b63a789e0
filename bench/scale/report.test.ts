import { describe, expect, it } from "vitest";
import { about } from "../test-records.ts";
import { growth, scaleReport } from "./report.ts";
import { joinScale, parseScale, type ScaleRecord } from "./results.ts";

const records: readonly ScaleRecord[] = [
  { type: "figure", figure: "forward", value: 149.6, how: "batch 32" },
  { type: "figure", figure: "decode", value: 188.2, how: "600 photos" },
  { type: "figure", figure: "start", value: 3.33, how: "batch 16" },
  { type: "epoch", images: 2000, seconds: 4, peakRssMb: 400 },
  { type: "epoch", images: 1000, seconds: 2.5 },
];

describe("scaleReport", () => {
  it("holds figures against their goals and draws epochs by their size", () => {
    const [, ...lines] = scaleReport({ about, records }).split("\n");
    expect(lines.join("\n")).toMatchInlineSnapshot(`
      "
      |                                                       | how        |              |             goal |
      | ----------------------------------------------------- | ---------- | -----------: | ---------------: |
      | MobileNetV2, random weights: start to first step done | batch 16   |       3.33 s |          ≤ 3 s ✗ |
      | frozen MobileNetV2, forward alone                     | batch 32   | 150 images/s |                  |
      | read, decode, resize to 224 px                        | 600 photos | 188 images/s | > 150 images/s ✓ |

      | epoch                                    | images |   s | s per 1,000 | peak memory, MiB |
      | ---------------------------------------- | -----: | --: | ----------: | ---------------: |
      | █████████████████████████                |  1,000 | 2.5 |        2.50 |                  |
      | ████████████████████████████████████████ |  2,000 | 4.0 |        2.00 |              400 |

      Seconds per 1,000 images at 2,000, divided by those at 1,000: 0.80"
    `);
  });
});

describe("growth", () => {
  it("is that of seconds per image, from the smallest folder to the largest", () => {
    const curve = [1000, 20_000].map((images) => ({ type: "epoch", images, seconds: images / 400 }) as const);
    expect(growth(curve)).toBeCloseTo(1);
    expect(growth(curve.slice(1))).toBeUndefined();
  });
});

describe("joinScale", () => {
  it("takes the later file's of what is there twice", () => {
    const again: ScaleRecord = { type: "epoch", images: 1000, seconds: 3 };
    const joined = joinScale([
      { about, records },
      { about, records: [again] },
    ]);
    expect(joined.records).toEqual([...records.slice(0, -1), again]);
    expect(parseScale(JSON.stringify(joined), "a.json")).toEqual(joined);
  });
});
