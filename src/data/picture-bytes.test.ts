import { expect, it } from "vitest";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { readPictureBytes } from "./picture-bytes.ts";

/** A file of any size that is not there: zeros behind its first bytes; `reads` counts the bytes that were asked for. */
function largeFile(start: Uint8Array, sizeBytes: number) {
  const counted = { reads: 0, closed: 0 };
  const open: Store["open"] = async () => ({
    sizeBytes,
    read: async (offset, into) => {
      counted.reads += into.length;
      if (offset === 0) into.set(start.subarray(0, into.length));
    },
    close: async () => {
      counted.closed++;
    },
  });
  return { counted, open };
}

const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]);

it("reads a file whole, whatever a small one holds", async () => {
  const store = memoryStore();
  await store.write("/a.jpg", "some words");
  expect(String.fromCharCode(...(await readPictureBytes("/a.jpg", store)))).toBe("some words");
  await store.write("/empty.jpg", new Uint8Array());
  expect(await readPictureBytes("/empty.jpg", store)).toHaveLength(0);
  await expect(readPictureBytes("/gone.jpg", store)).rejects.toMatchObject({ code: "no-such-file" });
});

it("reads a large file whole where it begins as a picture does", async () => {
  const { counted, open } = largeFile(jpeg, 2e6);
  expect(await readPictureBytes("/a.jpg", { open })).toHaveLength(2e6);
  expect(counted.closed).toBe(1);
});

it("reads no more than the beginning of a large file that is no picture", async () => {
  const { counted, open } = largeFile(new Uint8Array(4), 3e12);
  await expect(readPictureBytes("/film.jpg", { open })).rejects.toMatchObject({
    code: "unreadable-image",
    message: "This is not a picture that can be read: its format is unknown.",
  });
  expect(counted).toEqual({ reads: 1024, closed: 1 });
});

it("refuses a picture's file that is far larger than a picture, before memory is taken", async () => {
  const { counted, open } = largeFile(jpeg, 5e9);
  await expect(readPictureBytes("/a.jpg", { open })).rejects.toMatchObject({
    code: "unreadable-image",
    message: "The file has 5.0 GB, and a picture 400 MB at most.",
  });
  expect(counted).toEqual({ reads: 1024, closed: 1 });
});
