import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { regraft: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: [
      "src/**/*.test.ts",
      "test/**/*.test.ts",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
      "scripts/**/*.test.js",
    ],
    setupFiles: ["test/matchers.ts"],
    pool: "forks",
    // Worker threads started by the code under test inherit this, so that they can load their TypeScript source.
    execArgv: ["--import", fileURLToPath(new URL("./test/load-typescript.js", import.meta.url))],
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
