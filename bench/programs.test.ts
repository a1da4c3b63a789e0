import { expect, test } from "vitest";
import { type ProgramOptions, programOf } from "./programs.ts";

const options: ProgramOptions = {
  steps: 5,
  threads: 2,
  pythons: { torch: "venv/python" },
  job: { data: "photos", model: "mobilenet", weights: "base.safetensors", out: "scratch/run" },
};
const step = { type: "step", round: 1, network: "vgg16", mode: "full" } as const;
const job = { type: "job", round: 1 } as const;

const line = (program: ReturnType<typeof programOf>) => program && [program.file, ...program.args].join(" ");

test("ours goes through the command line, as a person would call it", () => {
  expect(line(programOf({ ...step, contestant: "ours" }, options))).toBe(
    `${process.execPath} bin/regraft.js bench --model vgg16 --mode full --batch 8 --steps 5 --threads 2 --json`,
  );
  expect(line(programOf({ ...job, contestant: "ours" }, options))).toBe(
    `${process.execPath} bin/regraft.js train photos --model mobilenet --out scratch/run --overwrite --unfreeze all ` +
      "--head-epochs 10 --tune-epochs 5 --head-lr 0.003 --tune-lr 0.00001 --batch 32 --threads 2 --json",
  );
});

test("peers are told the same numbers", () => {
  expect(line(programOf({ ...step, contestant: "pytorch-channels-last" }, options))).toBe(
    "venv/python bench/peers/torch_step.py --network vgg16 --mode full --batch 8 --steps 5 --threads 2 --classes 10 " +
      "--layout channels_last",
  );
  expect(line(programOf({ ...job, contestant: "pytorch" }, options))).toBe(
    "venv/python bench/peers/torch_job.py --data photos --weights base.safetensors " +
      "--head-epochs 10 --tune-epochs 5 --head-lr 0.003 --tune-lr 0.00001 --batch 32 --threads 2",
  );
});

test("what is not here cannot be run", () => {
  expect(programOf({ ...step, contestant: "keras" }, options)).toBeUndefined();
  expect(programOf({ ...job, contestant: "ours" }, { ...options, job: undefined })).toBeUndefined();
});
