import { defineConfig } from "vitest/config";
import usual from "./vitest.config.ts";

/** `npm run test:zoo`: every architecture at full size, which takes gigabytes, one after another. */
export default defineConfig({
  ...usual,
  test: { ...usual.test, include: ["test/zoo/*.zoo.ts"], maxWorkers: 1, testTimeout: 600_000 },
});
