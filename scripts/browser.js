// Makes a browser ready for the tests that look at pages: Debian's Chromium, where nothing like it is here and this user may install
// it. Where it may not, says so; those tests are skipped then. REGRAFT_BROWSER=skip leaves the machine as it is.
import { existsSync, readFileSync } from "node:fs";
import { run, secondsOf } from "./steps.js";

const places = JSON.parse(readFileSync(new URL("chromium-places.json", import.meta.url), "utf8"));
const isHere = process.env.REGRAFT_CHROMIUM !== undefined || places.some((path) => existsSync(path));
const isWanted = process.env.REGRAFT_BROWSER !== "skip";
const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
if (!isHere && isWanted && mayInstall) await install();

async function install() {
  process.stdout.write("setup  installing chromium, for the tests of pages … ");
  const apt = (...args) => run(["apt-get", "-qq", ...args], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  const add = () => apt("install", "-y", "--no-install-recommends", "chromium");
  let result = await add();
  if (result.code !== 0 && (await apt("update")).code === 0) result = await add();
  console.log(result.code === 0 ? secondsOf(result.seconds) : "failed; they are skipped");
}
