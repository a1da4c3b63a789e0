import { expect, it } from "vitest";
import { remarks, report } from "./report.ts";
import { about, job, step } from "./test-records.ts";

const rounds = [1, 2, 3];

it("tells each network in three rows: ours, the peers, the ratio to the best, and whether that is enough", () => {
  const records = rounds.flatMap((round) => [
    step({ round, stepMs: 100 + round }),
    step({ round, contestant: "pytorch", stepMs: 160, peakRssMb: 400 }),
    step({ round, contestant: "pytorch-channels-last", stepMs: 102, peakRssMb: 450 }),
    step({ round, mode: "forward", stepMs: 30 }),
    step({ round, mode: "forward", contestant: "pytorch", stepMs: 60 }),
  ]);
  expect(report({ about, records }).steps).toMatchInlineSnapshot(`
    "2026-03-01 · Abacus 9, 2 cores, AVX-512, 16 GiB · regraft 0.1.0, node 20 · 2 threads each, 3 rounds, 5 timed steps in each process

    | network            |                      | Regraft |  PyTorch | PyTorch channels_last | Keras |               ratio |   goal |    aim |
    | ------------------ | -------------------- | ------: | -------: | --------------------: | ----: | ------------------: | -----: | -----: |
    | resnet18, batch 16 | full step, ms        |     102 |      160 |               **102** |       | 1.00 (0.99 to 1.01) | 1.25 ✓ | 0.95 ✗ |
    | resnet18, batch 16 | its peak memory, MiB |     500 |  **400** |                   450 |       | 1.25 (1.25 to 1.25) | 1.20 ✗ | 0.80 ✗ |
    | resnet18, batch 16 | forward, ms          |    30.0 | **60.0** |              not here |       | 0.50 (0.50 to 0.50) | 0.90 ✓ | 0.60 ✓ |"
  `);
});

it("says what is not here and what failed, and marks nothing that was not compared", () => {
  const failed = { type: "failure", round: 1, contestant: "keras", what: "vgg16 full", reason: "MemoryError" } as const;
  const records = [step({ network: "vgg16", stepMs: 1234.5 }), failed];
  const results = { about: { ...about, notes: ["PyTorch is not here."] }, records };
  expect(report(results).steps).toMatchInlineSnapshot(`
    "2026-03-01 · Abacus 9, 2 cores, AVX-512, 16 GiB · regraft 0.1.0, node 20 · 2 threads each, 1 round, 5 timed steps in each process

    | network        |                      | Regraft |  PyTorch | PyTorch channels_last |  Keras | ratio | goal |  aim |
    | -------------- | -------------------- | ------: | -------: | --------------------: | -----: | ----: | ---: | ---: |
    | vgg16, batch 8 | full step, ms        |   1,235 | not here |              not here | failed |       | 1.25 | 0.95 |
    | vgg16, batch 8 | its peak memory, MiB |     500 | not here |              not here | failed |       | 1.20 | 0.80 |"
  `);
  expect(remarks(results)).toEqual(["PyTorch is not here.", "Keras, vgg16 full, round 1 failed: MemoryError"]);
});

it("tells the whole job in a row for each, ours against every other", () => {
  const records = [
    job({}),
    job({ contestant: "pytorch", seconds: 120, accuracy: 0.9542 }),
    job({ contestant: "keras", seconds: 100 }),
  ];
  const parts = report({ about, records });
  expect(parts.steps).toBeUndefined();
  expect(parts.job).toMatchInlineSnapshot(`
    "2026-03-01 · Abacus 9, 2 cores, AVX-512, 16 GiB · regraft 0.1.0, node 20 · 2 threads each, 1 round

    |         | whole job, s | head, s | tune, s | best accuracy | peak memory, MiB | ratio |   goal |    aim |
    | ------- | -----------: | ------: | ------: | ------------: | ---------------: | ----: | -----: | -----: |
    | Regraft |         60.0 |    10.0 |    40.0 |         95.0% |            1,000 |       |        |        |
    | PyTorch |        120.0 |    10.0 |    40.0 |         95.4% |            1,000 |  0.50 | 0.60 ✓ | 0.30 ✗ |
    | Keras   |        100.0 |    10.0 |    40.0 |         95.0% |            1,000 |  0.60 | 0.35 ✗ | 0.20 ✗ |"
  `);
});

it("has a row also for who did not do the job, and leaves empty what the system does not tell", () => {
  const { peakRssMb: _, ...elsewhere } = job({});
  const failed = { type: "failure", round: 1, contestant: "keras", what: "job", reason: "MemoryError" } as const;
  const table = report({ about, records: [elsewhere, failed] }).job?.split("\n") ?? [];
  expect(table.slice(-3).join("\n")).toMatchInlineSnapshot(`
    "| Regraft |         60.0 |    10.0 |    40.0 |         95.0% |                  |       |      |     |
    | PyTorch |     not here |         |         |               |                  |       |      |     |
    | Keras   |       failed |         |         |               |                  |       |      |     |"
  `);
});
