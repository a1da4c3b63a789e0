import { median } from "../../src/base/median.ts";
import { linesOf, type Measure, regraft } from "./measure.ts";

const times = 10;

/** The process from its start to its end. */
export const help: Measure = async function* ({ signal, status }) {
  const seconds: number[] = [];
  for (let at = 1; at <= times; at++) {
    status(`regraft --help, ${at} of ${times}`);
    const finished = await regraft(["--help"], { signal });
    linesOf(finished);
    seconds.push(finished.seconds);
  }
  yield { type: "figure", figure: "help", value: median(seconds), how: `median of ${times}` };
};
