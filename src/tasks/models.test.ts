import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { knownModels } from "./models.ts";

const host = testHost();

test("all models by name, and which of them are here", async () => {
  const found = await knownModels(undefined, {
    hub: {
      ...host.hub,
      find: async ({ repo }) =>
        repo === "timm/resnet18.tv_in1k" ? { folder: "/cache/resnet18", commit: "0".repeat(40) } : undefined,
    },
  });
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter(({ folder }) => folder !== undefined).map(({ name, folder }) => [name, folder])).toEqual([
    ["resnet18", "/cache/resnet18"],
  ]);
});

test("one of them, and a name that is none", async () => {
  const [one, ...others] = await knownModels("resnet50", host);
  expect(one).toMatchObject({ name: "resnet50", repo: "timm/resnet50.tv_in1k", sizeBytes: 4 * 25_557_032 });
  expect(others).toEqual([]);
  await expect(knownModels("resnet51", host)).rejects.toMatchObject({
    code: "bad-option",
    message: 'There is no model "resnet51".',
    hint: expect.stringContaining('"resnet50"'),
  });
});
