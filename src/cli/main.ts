import { readFileSync } from "node:fs";
import { commands } from "./commands.ts";
import { nodeConsole } from "./node-console.ts";
import { runCli } from "./run-cli.ts";

const { version, dependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const versions = { regraft: version, "onnxruntime-node": dependencies["onnxruntime-node"] };

process.exitCode = await runCli(process.argv.slice(2), { commands, version, console: nodeConsole(versions) });
