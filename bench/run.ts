// `npm run bench`: what training takes here, beside PyTorch and Keras. See README.md in this folder.
import { bench } from "./bench.ts";
import { call } from "./call.ts";
import { calledAs, parseFlags } from "./flags.ts";

await call(calledAs, ({ argv, print, ...setting }) => bench(parseFlags(argv, { print }), setting));
