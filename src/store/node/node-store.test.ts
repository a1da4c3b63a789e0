import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listError, readError, writeError } from "../../base/file-errors.ts";
import { storeContract } from "../store-contract.ts";
import { nodeStore } from "./node-store.ts";

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), "regraft-store-"));
  return { store: nodeStore(), folder, cleanUp: () => rm(folder, { recursive: true, force: true }) };
}

storeContract("nodeStore", emptyFolder);

describe("nodeStore", () => {
  it("writes to the disk itself", async () => {
    const { store, folder, cleanUp } = await emptyFolder();
    await store.write(join(folder, "deep", "file"), "content");
    expect(await readFile(join(folder, "deep", "file"), "utf8")).toBe("content");
    expect(await readdir(join(folder, "deep"))).toEqual(["file"]);
    await cleanUp();
  });

  it("follows links, and sees through them to the one true path", async () => {
    const { store, folder, cleanUp } = await emptyFolder();
    await store.write(join(folder, "real", "file"), "content");
    await symlink(join(folder, "real"), join(folder, "link"));
    await symlink(join(folder, "gone"), join(folder, "broken"));
    expect(await store.kind(join(folder, "link"))).toBe("folder");
    expect(await store.kind(join(folder, "broken"))).toBeUndefined();
    expect(await store.realPath(join(folder, "link", "file"))).toBe(await store.realPath(join(folder, "real", "file")));
    await cleanUp();
  });

  it("lists links with the kind of what they lead to, and broken or circular ones with none", async () => {
    const { store, folder, cleanUp } = await emptyFolder();
    await store.write(join(folder, "real", "file"), "content");
    await symlink(join(folder, "real"), join(folder, "a"));
    await symlink(join(folder, "real", "file"), join(folder, "b"));
    await symlink(join(folder, "gone"), join(folder, "c"));
    await symlink("d", join(folder, "d"));
    expect(await store.entries(folder)).toEqual([
      { name: "a", kind: "folder", isLink: true },
      { name: "b", kind: "file", isLink: true },
      { name: "c", kind: undefined, isLink: true },
      { name: "d", kind: undefined, isLink: true },
      { name: "real", kind: "folder", isLink: false },
    ]);
    await cleanUp();
  });

  it("makes a path absolute that ends in dots, so that it has neighbours", () => {
    const { clean } = nodeStore();
    expect(clean(".")).toBe(process.cwd());
    expect(clean("./")).toBe(process.cwd());
    expect(clean("runs/..")).toBe(process.cwd());
    expect(clean("link/../x/")).toBe("link/../x");
    expect(clean("")).toBe("");
  });

  it.skipIf(process.platform === "win32")("waits for nobody to write to a pipe, and reads no device", async () => {
    const { store, folder, cleanUp } = await emptyFolder();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const path of [join(folder, "pipe"), "/dev/zero"]) {
      const failure = {
        code: "read-failed",
        message: `${path} cannot be read: it is a pipe, a socket or a device, not a file.`,
      };
      await expect(store.read(path)).rejects.toMatchObject(failure);
      await expect(store.open(path)).rejects.toMatchObject(failure);
      await expect(store.readText(path)).rejects.toMatchObject(failure);
    }
    await cleanUp();
  });

  it.skipIf(!existsSync("/dev/full"))("reports a full disk as what it is (needs /dev/full)", async () => {
    await expect(nodeStore().append("/dev/full", "line\n")).rejects.toMatchObject({
      code: "disk-full",
      message: "/dev/full cannot be written: the disk is full.",
      hint: expect.stringContaining("Make room"),
    });
  });
});

describe("errors of the operating system", () => {
  const failure = (code: string) => Object.assign(new Error(`${code}: something`), { code });

  it.each([
    ["ENOSPC", "disk-full", "Make room"],
    ["EDQUOT", "disk-full", "Make room"],
    ["EACCES", "write-failed", "permissions"],
    ["EROFS", "write-failed", "read-only"],
    ["ENOTDIR", "write-failed", "is a file"],
  ])("%s while writing is %s", (code, expected, hint) => {
    const cause = failure(code);
    expect(writeError("/out/model.onnx", cause)).toMatchObject({
      code: expected,
      cause,
      message: expect.stringContaining("/out/model.onnx"),
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ["ENOENT", "no-such-file"],
    ["ENOTDIR", "no-such-file"],
    ["EACCES", "read-failed"],
    ["EIO", "read-failed"],
  ])("%s while reading is %s", (code, expected) => {
    expect(readError("/in/a.jpg", failure(code)).code).toBe(expected);
  });

  it.each([
    ["ENOENT", "no-such-folder", "There is no folder /in."],
    ["ENOTDIR", "no-such-folder", "/in is not a folder."],
    ["EACCES", "read-failed", "The folder /in cannot be read: EACCES."],
  ])("%s while listing is %s", (code, expected, message) => {
    expect(listError("/in", failure(code))).toMatchObject({ code: expected, message });
  });

  it("says of a name that is not UTF-8 what is wrong with it, and keeps every name on one line", () => {
    expect(readError("/in/a\ufffd.jpg", failure("ENOENT"))).toMatchObject({
      message: "There is no file /in/a\ufffd.jpg, or its name is not UTF-8.",
      hint: "Rename it.",
    });
    expect(readError("/in/a\nb.jpg", failure("EACCES")).message).toBe("/in/a\\nb.jpg cannot be read: EACCES.");
    expect(listError("/in\u001b", failure("ENOENT")).message).toBe("There is no folder /in\\x1b.");
  });

  it("keeps the words of an error that has no code", () => {
    expect(writeError("/out/a", new Error("odd")).message).toBe("/out/a cannot be written: odd.");
  });
});
