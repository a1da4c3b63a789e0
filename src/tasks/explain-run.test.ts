import { beforeAll, describe, expect, it } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { type ExplainedImage, type ExplainRunOptions, explainRun } from "./explain-run.ts";

const host = testHost();
const { store, decoder } = host;

beforeAll(async () => {
  await writeTinyModel(store, "/tiny");
  const data = drawnPictures({ perClass: 1, size: 40 });
  for (const path of ["/a/one.png", "/b/one.png", "/b/two.png"]) {
    await store.write(path, await host.encoder.encodePng(await data.load(0)));
  }
  await store.write("/b/text.png", "no picture");
});

async function explained(options: Omit<ExplainRunOptions, "run">): Promise<readonly ExplainedImage[]> {
  const { images, close } = await explainRun({ run: "/tiny", ...options }, host);
  const all: ExplainedImage[] = [];
  for await (const found of images) all.push(found);
  await close();
  return all;
}

const overlays = (found: readonly ExplainedImage[]) =>
  found.map((one) => ("error" in one ? one.error.code : one.overlay));

describe("explainRun", () => {
  it("writes an overlay for each picture into a folder; equal names get a number, what is no picture an error", async () => {
    const found = await explained({ images: ["/a/one.png", "/b/text.png", "/b/one.png"], out: "/out" });
    expect(overlays(found)).toEqual(["/out/one.png", "unreadable-image", "/out/one-2.png"]);
    expect(await store.list("/out")).toEqual(["one-2.png", "one.png"]);
    expect(await decoder.decode(await store.read("/out/one.png"))).toMatchObject({ width: 40, height: 40 });
  });

  it("writes one picture's overlay to a file, in its format and at most at the size asked for", async () => {
    expect(overlays(await explained({ images: ["/a/one.png"], out: "/heat.JPG", size: 20 }))).toEqual(["/heat.JPG"]);
    const bytes = await store.read("/heat.JPG");
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(await decoder.decode(bytes)).toMatchObject({ width: 20, height: 20 });
  });

  it("explains the class that is asked for, and tells the predicted one", async () => {
    const [found] = await explained({ images: ["/b/two.png"], out: "/out2", class: "comb" });
    expect(found).toMatchObject({ class: { index: 2, label: "comb" }, overlay: "/out2/two.png" });
  });

  it.each([
    [{ images: ["/a/one.png", "/b/two.png"], out: "/heat.png" }, "/heat.png is one file, and there are 2 pictures."],
    [{ images: ["/a/one.png"], out: "/a/one.png" }, "The overlay would be written over the picture /a/one.png."],
    [{ images: ["/a/one.png"], out: "/a" }, "The overlay would be written over the picture /a/one.png."],
    [{ images: ["/a/one.png"], out: "/heat.webp" }, "Overlays are written as PNG or JPEG: /heat.webp is neither."],
    [{ images: ["/a/one.png"], class: "cmob" }, 'The model has no class "cmob".'],
    [{ images: ["/a/one.png"], size: 3 }, "size must be a whole number from 16, not 3."],
  ])("refuses %j before anything is written", async (options, message) => {
    await expect(explained(options)).rejects.toMatchObject({ code: "bad-option", message });
  });
});
