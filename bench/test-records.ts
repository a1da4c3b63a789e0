import type { About, JobRecord, StepRecord } from "./results.ts";

/** Of no real machine. */
export const about: About = {
  date: "2026-03-01T12:00:00.000Z",
  machine: { cpu: "Abacus 9", cores: 2, avx512: true, memoryGb: 16 },
  threads: 2,
  versions: { regraft: "0.1.0", node: "20" },
  notes: [],
};

export const step = (part: Partial<StepRecord>): StepRecord => ({
  ...{ type: "step", round: 1, contestant: "ours", network: "resnet18", mode: "full" },
  ...{ steps: 5, stepMs: 100, peakRssMb: 500 },
  ...part,
});

export const job = (part: Partial<JobRecord>): JobRecord => ({
  ...{ type: "job", round: 1, contestant: "ours" },
  ...{ seconds: 60, headSeconds: 10, tuneSeconds: 40, accuracy: 0.95, peakRssMb: 1000 },
  ...part,
});
