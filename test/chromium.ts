import { existsSync } from "node:fs";
import places from "../scripts/chromium-places.json" with { type: "json" };

/** A browser that is on this machine, or undefined. */
export const chromium: string | undefined = process.env.REGRAFT_CHROMIUM ?? places.find((path) => existsSync(path));

export const whyNoBrowser = "needs Chromium (apt-get install chromium, or REGRAFT_CHROMIUM=<its path>): it is not here";
