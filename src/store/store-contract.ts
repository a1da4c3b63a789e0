import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../base/utf8.ts";
import type { Store } from "./store.ts";

export interface StoreFixture {
  readonly store: Store;
  /** An empty folder that exists. */
  readonly folder: string;
  cleanUp(): Promise<void>;
}

/** What every Store must do. */
export function storeContract(name: string, make: () => Promise<StoreFixture>): void {
  describe(`${name} as a store`, () => {
    let fixture: StoreFixture;
    let store: Store;
    const at = (...parts: readonly string[]) => store.join(fixture.folder, ...parts);

    beforeEach(async () => {
      fixture = await make();
      store = fixture.store;
    });
    afterEach(() => fixture.cleanUp());

    it("reads back bytes and text, and makes the folders on the way", async () => {
      await store.write(at("a", "b", "bytes"), Uint8Array.of(0, 255, 10));
      await store.write(at("a", "text"), "Grüße ✓ 🌱");
      expect([...(await store.read(at("a", "b", "bytes")))]).toEqual([0, 255, 10]);
      expect(await store.readText(at("a", "text"))).toBe("Grüße ✓ 🌱");
    });

    it("replaces a whole file and leaves nothing else behind", async () => {
      await store.write(at("file"), "a long first version");
      await store.write(at("file"), "short");
      expect(await store.readText(at("file"))).toBe("short");
      expect(await store.list(fixture.folder)).toEqual(["file"]);
    });

    it("keeps what it was given, not a view on it", async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      await store.write(at("file"), bytes);
      bytes.fill(9);
      (await store.read(at("file"))).fill(8);
      expect([...(await store.read(at("file")))]).toEqual([1, 2, 3]);
    });

    it("writes pieces one after another, as one file", async () => {
      const pieces = [Uint8Array.of(1, 2), new Uint8Array(), new Uint8Array(70_000).fill(3), Uint8Array.of(4)];
      await store.write(at("file"), pieces);
      const whole = await store.read(at("file"));
      expect([whole.length, ...whole.subarray(0, 3), ...whole.subarray(-2)]).toEqual([70_003, 1, 2, 3, 3, 4]);
      pieces[0]?.fill(9);
      expect((await store.read(at("file")))[0]).toBe(1);
      await store.write(at("file"), []);
      expect(await store.read(at("file"))).toHaveLength(0);
      expect(await store.list(fixture.folder)).toEqual(["file"]);
    });

    it("reads parts of an open file, into shared memory too, and nothing beyond its end", async () => {
      await store.write(at("file"), Uint8Array.of(0, 1, 2, 3, 4, 5));
      const file = await store.open(at("file"));
      expect(file.sizeBytes).toBe(6);
      const [own, common] = [new Uint8Array(2), new Uint8Array(new SharedArrayBuffer(3))];
      await file.read(4, own);
      await file.read(1, common);
      expect([...own, ...common]).toEqual([4, 5, 1, 2, 3]);
      await file.read(6, new Uint8Array());
      await expect(file.read(5, own)).rejects.toMatchObject({ code: "read-failed" });
      await file.close();
      await file.close();
    });

    it("opens no folder, and nothing that is not there", async () => {
      await store.makeFolder(at("folder"));
      await expect(store.open(at("folder"))).rejects.toMatchObject({ code: "read-failed" });
      await expect(store.open(at("lost"))).rejects.toMatchObject({ code: "no-such-file" });
    });

    it("lets one of two overlapping writers win, never a mixture", async () => {
      const versions = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
      await Promise.all(versions.map((version) => store.write(at("file"), version)));
      expect(versions).toContain(await store.readText(at("file")));
      expect(await store.list(fixture.folder)).toEqual(["file"]);
    });

    it("says what stands at a path", async () => {
      await store.write(at("folder", "file"), "x");
      expect(await store.kind(at("folder"))).toBe("folder");
      expect(await store.kind(at("folder", "file"))).toBe("file");
      expect(await store.kind(at("nothing"))).toBeUndefined();
      expect(await store.kind(at("folder", "file", "below"))).toBeUndefined();
    });

    it("gives one path to all spellings of a file", async () => {
      await store.write(at("folder", "file"), "x");
      const plain = await store.realPath(at("folder", "file"));
      expect(await store.realPath(at("folder", "..", "folder", ".", "file"))).toBe(plain);
      await expect(store.realPath(at("nothing"))).rejects.toMatchObject({ code: "no-such-file" });
    });

    it("lists names by code unit: capitals before small letters", async () => {
      for (const file of ["b", "a", "C", "10", "9"]) await store.write(at(file), "");
      await store.write(at("folder", "inner"), "");
      expect(await store.list(fixture.folder)).toEqual(["10", "9", "C", "a", "b", "folder"]);
    });

    it("tells the kind of each entry, in the same order", async () => {
      await store.write(at("b"), "");
      await store.write(at("B"), "");
      await store.write(at("a", "inner"), "");
      expect(await store.entries(fixture.folder)).toEqual([
        { name: "B", kind: "file", isLink: false },
        { name: "a", kind: "folder", isLink: false },
        { name: "b", kind: "file", isLink: false },
      ]);
      await expect(store.entries(at("lost"))).rejects.toMatchObject({ code: "no-such-folder" });
    });

    it("cleans the end of a path, so that a suffix names a neighbour", () => {
      for (const spelling of ["/runs/x", "/runs/x/", "/runs/x//", "/runs/x/.", "/runs/x/./"]) {
        expect(store.clean(spelling)).toBe("/runs/x");
      }
      expect(store.clean("/")).toBe("/");
      expect(store.clean("runs/.x")).toBe("runs/.x");
      expect(store.clean("/runs/x/..")).toBe("/runs");
    });

    it("takes a path with a separator at its end for the one without", async () => {
      const slashed = (name: string) => `${at(name)}${at("a", "b").slice(at("a").length, -1)}`;
      await store.makeFolder(slashed("folder"));
      await store.write(slashed("file"), "x");
      await store.append(slashed("file"), "y");
      expect(await store.readText(slashed("file"))).toBe("xy");
      expect([await store.kind(slashed("file")), await store.kind(slashed("folder"))]).toEqual(["file", "folder"]);
      expect(await store.realPath(slashed("folder"))).toBe(await store.realPath(at("folder")));
      await store.rename(slashed("file"), slashed("moved"));
      await store.rename(slashed("folder"), slashed("other"));
      expect(await store.list(`${fixture.folder}/`)).toEqual(["moved", "other"]);
      await store.remove(slashed("other"));
      expect(await store.list(fixture.folder)).toEqual(["moved"]);
    });

    it("reads text that is not quite UTF-8, without its byte order mark", async () => {
      await store.write(at("text"), Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff, 0x62));
      expect(await store.readText(at("text"))).toBe("a\ufffdb");
    });

    it("appends to a file, new or old", async () => {
      await store.append(at("log"), "one\n");
      await store.append(at("log"), "zwei ü\n");
      await store.append(at("log"), Uint8Array.of(0xff, 0x00));
      const bytes = await store.read(at("log"));
      expect(utf8.decode(bytes.subarray(0, -2))).toBe("one\nzwei ü\n");
      expect([...bytes.subarray(-2)]).toEqual([0xff, 0x00]);
    });

    it("moves files and whole folders", async () => {
      await store.write(at("old", "deep", "file"), "x");
      await store.rename(at("old"), at("new"));
      expect(await store.readText(at("new", "deep", "file"))).toBe("x");
      expect(await store.kind(at("old"))).toBeUndefined();
      await store.write(at("file"), "y");
      await store.rename(at("file"), at("new", "deep", "file"));
      expect(await store.readText(at("new", "deep", "file"))).toBe("y");
    });

    it("does not move anything over a folder, nor what does not exist", async () => {
      await store.write(at("one", "file"), "1");
      await store.makeFolder(at("two"));
      await expect(store.rename(at("one"), at("two"))).rejects.toMatchObject({ code: "write-failed" });
      await expect(store.rename(at("none"), at("three"))).rejects.toMatchObject({ code: "no-such-file" });
      expect(await store.readText(at("one", "file"))).toBe("1");
    });

    it("removes files and folders, and does nothing where there is none", async () => {
      await store.write(at("folder", "deep", "file"), "x");
      await store.remove(at("folder"));
      await store.remove(at("folder"));
      expect(await store.list(fixture.folder)).toEqual([]);
    });

    it("names the path of what is missing", async () => {
      const lost = at("lost");
      await expect(store.read(lost)).rejects.toMatchObject({
        code: "no-such-file",
        message: expect.stringContaining(lost),
      });
      await expect(store.list(lost)).rejects.toMatchObject({
        code: "no-such-folder",
        message: expect.stringContaining(lost),
      });
      await store.write(lost, "a file");
      await expect(store.list(lost)).rejects.toMatchObject({ code: "no-such-folder" });
    });

    it("refuses to read a folder, or to write where a folder or a file stands in the way, and leaves no trace", async () => {
      await store.makeFolder(at("folder"));
      await store.write(at("file"), "x");
      await expect(store.read(at("folder"))).rejects.toMatchObject({ code: "read-failed" });
      await expect(store.write(at("folder"), "y")).rejects.toMatchObject({ code: "write-failed" });
      await expect(store.write(at("file", "below"), "y")).rejects.toMatchObject({ code: "write-failed" });
      expect(await store.list(fixture.folder)).toEqual(["file", "folder"]);
      expect(await store.list(at("folder"))).toEqual([]);
    });

    it("keeps a scratch's bytes at the offsets that it returned, overlapping appends included", async () => {
      const scratch = await store.scratch(at("cache"));
      const pieces = [3, 0, 70_000, 1].map((length, at) => new Uint8Array(length).fill(at + 1));
      const offsets = await Promise.all(pieces.map((piece) => scratch.append(piece)));
      expect(offsets).toEqual([0, 3, 3, 70_003]);
      const across = new Uint8Array(4);
      await scratch.read(70_000, across);
      expect([...across]).toEqual([3, 3, 3, 4]);
      await scratch.read(1, across);
      expect([...across]).toEqual([1, 1, 3, 3]);
      await scratch.close();
    });

    it("does not read a scratch beyond its end, and removes it on close", async () => {
      const scratch = await store.scratch(fixture.folder);
      await scratch.append(Uint8Array.of(1, 2));
      await expect(scratch.read(1, new Uint8Array(2))).rejects.toMatchObject({ code: "read-failed" });
      await scratch.close();
      await scratch.close();
      expect(await store.list(fixture.folder)).toEqual([]);
    });

    it("gives a lock to one at a time, and says what is locked", async () => {
      const lock = await store.lock(at("runs", "x.lock"), { what: "runs/x" });
      expect(await store.kind(at("runs", "x.lock"))).toBe("file");
      await expect(store.lock(at("runs", "x.lock"), { what: "runs/x" })).rejects.toMatchObject({
        code: "in-use",
        message: expect.stringContaining('"runs/x" is being written by '),
        hint: expect.stringContaining("another place"),
      });
      const other = await store.lock(at("runs", "y.lock"));
      await lock.release();
      await (await store.lock(at("runs", "x.lock"))).release();
      await other.release();
      expect(await store.list(at("runs"))).toEqual([]);
    });

    it("gives a lock to one of those who ask at once, every time", async () => {
      for (let round = 0; round < 20; round++) {
        const asked = await Promise.allSettled([1, 2, 3, 4].map(() => store.lock(at("lock"))));
        const given = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
        expect(given).toHaveLength(1);
        await given[0]?.release();
      }
      expect(await store.list(fixture.folder)).toEqual([]);
    });

    it("does not give up another's lock when one is released twice", async () => {
      const first = await store.lock(at("lock"));
      await first.release();
      const second = await store.lock(at("lock"));
      await first.release();
      await expect(store.lock(at("lock"))).rejects.toMatchObject({ code: "in-use" });
      await second.release();
    });

    it("takes a file that stands where the lock is to be for one that was left behind", async () => {
      await store.write(at("lock"), '{"pid":1}');
      await (await store.lock(at("lock"))).release();
      expect(await store.list(fixture.folder)).toEqual([]);
    });

    it("locks nothing where a folder stands, or a file in the way", async () => {
      await store.makeFolder(at("folder"));
      await store.write(at("file"), "x");
      await expect(store.lock(at("folder"))).rejects.toMatchObject({ code: "write-failed" });
      await expect(store.lock(at("file", "below"))).rejects.toMatchObject({ code: "write-failed" });
      expect(await store.list(fixture.folder)).toEqual(["file", "folder"]);
    });
  });
}
