import { expect, test } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { command } from "../command.ts";
import { runCli } from "../run-cli.ts";
import { doctorFlags, doctorOperands } from "./doctor.ts";

test.each([
  [[], {}],
  [["--no-measure"], { measure: false }],
  [["--gradcheck", "--batch", "16"], { gradcheck: true, batch: 16 }],
  [["--head-at", "/fc", "--preprocessing", "tf"], { headAt: "/fc", preprocessing: "tf" }],
])("%j", async (argv, expected) => {
  let seen: object = {};
  const doctor = command({
    ...{ name: "doctor", about: "", operands: doctorOperands, flags: doctorFlags, examples: [] },
    load: async () => async (invocation) => {
      seen = { ...invocation.operands, ...invocation.flags };
      return 0 as const;
    },
  });
  const console = new FakeConsole();
  const code = await runCli(["doctor", "net", ...argv], { commands: [doctor], version: "0", console });
  expect([code, console.errors]).toEqual([0, ""]);
  expect(seen).toEqual({ model: "net", ...expected });
});
