import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { drawn } from "../../../test/fixtures/keras.ts";
import { hdf5 } from "../../../test/fixtures/keras-files.ts";
import { goldenUrl } from "../../../test/golden.ts";
import { nodeHdf5Trial } from "./node-hdf5-trial.ts";

const tried = nodeHdf5Trial({ patienceMs: 5000 });

test("a file that can be read, or is none, is left to who reads it", async () => {
  const bytes = await hdf5({ tensors: { "a/b/kernel:0": drawn([3, 4], 1) }, texts: { keras_version: "2.15.0" } });
  const buffer = Buffer.from(bytes);
  await tried(bytes);
  await tried(buffer);
  expect([...buffer]).toEqual([...bytes]);
  await tried(bytes.subarray(0, 900));
  await tried(new Uint8Array(9));
  expect(bytes.length).toBeGreaterThan(900);
});

test("a file in which the library goes in a circle is refused", async () => {
  await expect(tried(new Uint8Array(readFileSync(goldenUrl("strangers/endless.h5"))))).rejects.toMatchObject({
    code: "bad-keras",
    message: expect.stringContaining("has no end"),
    hint: expect.stringMatching(/./),
  });
});
