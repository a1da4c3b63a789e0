import { defineConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** `npm run test:large`: what needs gigabytes of disk and memory, and so is no part of `npm test`. */
export default defineConfig({
  ...usual,
  test: { ...usual.test, include: ["test/large/*.large.ts"], testTimeout: 1_800_000, hookTimeout: 1_800_000 },
});
