import { type ErrorClass, type ErrorCode, errorClasses, errorCodes } from "../src/base/error-codes.ts";
import { exitCodes } from "../src/cli/exit-codes.ts";

const codes = Object.keys(errorCodes) as readonly ErrorCode[];
const classes = Object.keys(errorClasses) as readonly ErrorClass[];

/** docs/errors.md: each code under a heading of its own, so that `errors.md#no-head` leads to it. */
export const errorsPage = (): string =>
  [intro, exits(), jsonForm, unforeseen, ...classes.map(section)].join("\n\n").concat("\n");

const intro = `<!-- Written by npm run docs:errors from src/base/error-codes.ts and src/cli/exit-codes.ts: change those. -->

# Errors

Every error that Regraft throws on purpose says what is wrong, as a rule what to do about it, and a code:

    error: There is no folder photos.
      Check the path, which must be a folder.
      no-such-folder

The code stays the same where words change, so it is what to search for and what to go by in a program. \`regraft errors <code>\` tells in
the terminal what this page says. With \`--debug\` in front of the command or behind it, or \`REGRAFT_DEBUG=1\`, every error shows where it
comes from and what it was caused by.

In TypeScript it is a \`RegraftError\` with \`code\`, \`message\`, \`hint\` and \`cause\`, of one of these classes:

${classes
  .filter((name) => name !== "Error")
  .map((name) => `- [\`${name}\`](#${name.toLowerCase()}): ${errorClasses[name]}`)
  .join("\n")}`;

const exits = (): string =>
  `## Exit codes

| code | what it tells |
|---|---|
${Object.entries(exitCodes)
  .map(([code, what]) => `| ${code} | ${what} |`)
  .join("\n")}

A process that a signal ends has no exit code of its own; a shell shows 128 and the signal's number: 130 for a second Ctrl-C (which ends it
at once), 137 for SIGKILL, which is also what Linux sends where memory is short, and 143 for SIGTERM. 134 is the engine of
JavaScript giving up as its own heap is full: \`NODE_OPTIONS=--max-old-space-size=8192\` allows more. A reader that has seen enough
(\`regraft … | head -1\`) is no error.`;

const jsonForm = `## With --json

The last line on standard output is then one object:

\`\`\`json
{"type":"error","code":"no-such-folder","message":"There is no folder photos.","hint":"Check the path, which must be a folder."}
\`\`\`

\`hint\` is null where there is none; \`--debug\` adds \`trace\`. The same stands on standard error, for people. An error of one picture
among many has \`image\` besides, and the command goes on.`;

const unforeseen = `## What nobody foresaw

Any other error has the code [\`unexpected\`](#unexpected), wherever it came up: in the command, in the engine's thread, or in the background
with nobody there to catch it. It prints what to report, with nothing private in it: the home folder is written \`~\`, addresses
come without their login and query, tokens and what the environment keeps under the name of a secret are left out.

    error: Something unexpected happened: x is not a function
      This is a mistake in Regraft as a rule. Please report it, with these lines; --debug adds where it comes from.
        regraft 0.1.0, onnxruntime-node 1.30.0, node 20.20.0, linux x64
        regraft train '~/my photos' --model mobilenet_v2
      unexpected

With \`--json\` the object has \`report\`: \`versions\`, \`platform\` and \`command\`.`;

function section(name: ErrorClass): string {
  const own = codes.filter((code) => errorCodes[code].class === name);
  return [`## ${name}`, errorClasses[name], ...own.map(entry)].join("\n\n");
}

function entry(code: ErrorCode): string {
  const { what, when, todo } = errorCodes[code];
  return `### ${code}

${what}

- **When it comes up:** ${when}
- **What to do:** ${todo}`;
}
