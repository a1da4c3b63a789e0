// `npm run bench:scale`: start-up, large folders, the growth of an epoch's time. See README.md in the folder above.
import { call } from "../call.ts";
import { calledAs, parseFlags } from "./flags.ts";
import { scale } from "./scale.ts";

await call(calledAs, ({ argv, print, ...setting }) => scale(parseFlags(argv, { print }), setting));
