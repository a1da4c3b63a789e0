import { File, ready } from "h5wasm";
import { expect, test } from "vitest";
import { hdf5 } from "../../test/fixtures/keras-files.ts";
import { floats } from "../base/tensor.ts";
import { withHdf5 } from "./hdf5.ts";

/** An HDF5 file that `write` makes. */
async function written(write: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await ready;
  const file = new File("/own.h5", "w");
  write(file);
  file.close();
  const bytes = Uint8Array.from(FS.readFile("/own.h5"));
  FS.unlink("/own.h5");
  return bytes;
}

test("groups, tensors and texts are found by their paths", async () => {
  const tensors = { "a/b/kernel:0": floats([1, 2], [1, 2]), c: floats([3]) };
  const bytes = await hdf5({ tensors, texts: { keras_version: "3.15.1" } });
  await withHdf5(bytes, (file) => {
    expect([file.list(""), file.list("a"), file.list("c"), file.list("d")]).toEqual([
      ["a", "c"],
      ["b"],
      undefined,
      undefined,
    ]);
    expect(file.datasets("")).toEqual(["a/b/kernel:0", "c"]);
    expect(file.tensor("a/b/kernel:0")).toEqual(tensors["a/b/kernel:0"]);
    expect([file.tensor("a"), file.tensor("x/y")]).toEqual([undefined, undefined]);
    expect([file.text("", "keras_version"), file.text("", "backend")]).toEqual(["3.15.1", undefined]);
  });
});

test("numbers of 64 bits, gzipped ones too, become those of 32; whole numbers are no weights", async () => {
  const bytes = await written((file) => {
    const data = Float64Array.from({ length: 64 }, (_, at) => at / 2);
    file.create_dataset({ name: "doubles", data, shape: [8, 8], chunks: [4, 8], compression: 9 });
    file.create_dataset({ name: "whole", data: Int32Array.of(1, 2) });
  });
  await withHdf5(bytes, (file) => {
    expect(file.tensor("doubles")).toEqual(
      floats(
        Array.from({ length: 64 }, (_, at) => at / 2),
        [8, 8],
      ),
    );
    expect(() => file.tensor("whole")).toThrow(expect.objectContaining({ code: "bad-weights" }));
  });
});

test("a file cannot lead to another, nor into itself without end", async () => {
  const bytes = await written((file) => {
    file.create_external_link("/etc/hostname", "/", "outside");
    file.create_group("group");
    file.create_hard_link("/group", "group/loop");
    file.create_hard_link("/group", "group/other");
  });
  await withHdf5(bytes, (file) => {
    expect([file.list("outside"), file.tensor("outside")]).toEqual([undefined, undefined]);
    expect(() => file.datasets("")).toThrow(expect.objectContaining({ code: "bad-keras" }));
  });
});

test("a tensor cannot be larger than its file could hold", async () => {
  const bytes = await written((file) => {
    const data = new Float32Array(1);
    file.create_dataset({ name: "sparse", data, shape: [1], maxshape: [null], chunks: [1] }).resize([2 ** 30]);
  });
  await withHdf5(bytes, (file) => {
    expect(() => file.tensor("sparse")).toThrow(expect.objectContaining({ code: "bad-keras" }));
  });
});

test("nor can all tensors together be, each counted once", async () => {
  const bytes = await written((file) => {
    for (let at = 0; at < 40; at++) {
      const data = new Float32Array(1);
      const name = `sparse${at}`;
      file.create_dataset({ name, data, shape: [1], maxshape: [null], chunks: [1] }).resize([10_000]);
    }
  });
  await withHdf5(bytes, (file) => {
    const names = file.datasets("");
    const most = (16 * bytes.length) / 40_000;
    expect(most).toBeLessThan(40);
    for (let again = 0; again < 100; again++) expect(file.tensor("sparse0")?.shape).toEqual([10_000]);
    expect(() => {
      for (const name of names) file.tensor(name);
    }).toThrow(expect.objectContaining({ code: "bad-keras" }));
  });
});

test("what is cut off or damaged is refused", async () => {
  const whole = await hdf5({ tensors: { "a/kernel": floats([1, 2, 3, 4]) } });
  const read = (bytes: Uint8Array) => withHdf5(bytes, (file) => file.tensor("a/kernel"));
  for (const length of [0, 7, 8, 100, whole.length - 1000]) {
    await expect(read(whole.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({ code: "bad-keras" });
  }
});
