import { expect, it } from "vitest";
import { withoutPrivate } from "./without-private.ts";

const of = (text: string, env = {}, home = "/home/ann") => withoutPrivate(text, { home, env });

it.each([
  ["/home/ann/photos /home/anna /mnt/home/ann/x /home/ann", "~/photos /home/anna /mnt/home/ann/x ~"],
  ["file:///home/ann/a.js:3:4", "file://~/a.js:3:4"],
  ["at https://u:p@host.org/a/m.onnx?X-Sig=1#sha256=2, then", "at https://host.org/a/m.onnx then"],
  ["Authorization: Bearer abcdef0123456789", "Authorization: Bearer …"],
  ["hf_AbCdEfGh1234 and hf:owner/name", "… and hf:owner/name"],
])("%s", (text, shown) => {
  expect(of(text)).toBe(shown);
});

it("leaves out what the environment keeps under the name of a secret", () => {
  const env = { MY_API_KEY: "s3cr3t-s3cr3t", HF_TOKEN: "t", PATH: "/usr/bin" };
  expect(of("s3cr3t-s3cr3t, t, /usr/bin", env)).toBe("…, t, /usr/bin");
});

it("knows a home on Windows, and none at the root of the disk", () => {
  expect(of(String.raw`C:\Users\ann\photos`, {}, String.raw`C:\Users\ann`)).toBe(String.raw`~\photos`);
  expect(of("/photos", {}, "/")).toBe("/photos");
});
