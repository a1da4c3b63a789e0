// Lets Node load TypeScript sources, in worker threads too: node --import ./test/load-typescript.js file.ts
// (`--import tsx` alone stops at the main thread.)
import { register } from "tsx/esm/api";

register();
