#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);

if (existsSync(main)) await import(main.href);
else {
  console.error("error: regraft is not built yet\n  Run: npm run setup");
  process.exitCode = 1;
}
