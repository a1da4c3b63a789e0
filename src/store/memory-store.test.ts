import { expect, it } from "vitest";
import { memoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("memoryStore", async () => {
  const store = memoryStore();
  await store.makeFolder("/data");
  return { store, folder: "/data", cleanUp: async () => {} };
});

it("takes relative paths as well as absolute ones, each as its own", async () => {
  const store = memoryStore();
  await store.write("file", "relative");
  await store.write("/file", "absolute");
  expect(await store.readText("./file")).toBe("relative");
  expect(await store.readText("//file")).toBe("absolute");
  expect(await store.list("/")).toEqual(["file"]);
  expect(await store.list("")).toEqual(["file"]);
});
