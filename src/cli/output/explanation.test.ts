import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import { DataError } from "../../base/errors.ts";
import { printExplanation, printLayer } from "./explanation.ts";
import { Terminal } from "./terminal.ts";

function ui({ json = false, isTTY = false } = {}) {
  const console = new FakeConsole({ isTTY });
  const [out, err] = [new Terminal(console.stdout), new Terminal(console.stderr)];
  const fetching = <T>(fetch: () => Promise<T>) => fetch();
  return { console, out, err, json, signal: { aborted: false }, fetching, now: console.now };
}

const bees = { index: 1, label: "bees", score: 0.75 };
const ants = { index: 0, label: "ants", score: 0.25 };
const found = {
  image: "a.jpg",
  overlay: "out/a.png",
  class: bees,
  predicted: bees,
  logits: Float32Array.of(0, 1),
  heat: { data: Float32Array.of(0, 0.5), height: 1, width: 2 },
  crop: { left: 1, top: 0, width: 8, height: 8 },
};
const images = ["a.jpg", "longer.jpg"];
const layer = { node: "conv", reason: "It is the last." };

describe("explanations", () => {
  it("say what was seen and where the overlay is", () => {
    const to = ui();
    printExplanation(found, images, to);
    printLayer({ layer, explained: 1, failed: 0 }, to);
    expect(to.console.output).toBe("a.jpg        75.0%  bees  → out/a.png\n");
  });

  it("of another class than the predicted one tell both, and where nothing speaks for it", () => {
    const to = ui({ isTTY: true });
    const heat = { ...found.heat, data: new Float32Array(2) };
    printExplanation({ ...found, class: ants, heat }, images, to);
    printLayer({ layer, explained: 1, failed: 0 }, to);
    expect(stripVTControlCharacters(to.console.output)).toBe(
      "a.jpg        25.0%  ants (predicted: bees, 75.0%) (nothing speaks for it)  → out/a.png\nIt is the last.\n",
    );
  });

  it("are objects for a program, the last one a result", () => {
    const to = ui({ json: true });
    printExplanation(found, images, to);
    printExplanation({ image: "b.jpg", error: new DataError("unreadable-image", "Not a picture.") }, images, to);
    printLayer({ layer, explained: 1, failed: 1 }, to);
    const { image, overlay, crop } = found;
    const heat = { data: [0, 0.5], height: 1, width: 2 };
    expect(to.console.objects).toEqual([
      { type: "explanation", image, overlay, class: bees, predicted: bees, heat, crop },
      { type: "error", image: "b.jpg", code: "unreadable-image", message: "Not a picture." },
      { type: "result", layer, explained: 1, failed: 1 },
    ]);
  });
});
