import { DataError, GraphError, HostError, type RegraftError } from "../../base/errors.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Evaluation } from "../../evaluation/evaluation.ts";
import type { WorstExample } from "../../evaluation/worst.ts";
import type { RgbImage } from "../../image/image.ts";
import { shrink } from "../../image/shrink.ts";
import type { MistakeReport } from "../../report/data.ts";
import { pictureAddress } from "../../report/picture-address.ts";
import type { Finished } from "../classifier.ts";
import { Explainer } from "../explain.ts";
import type { Host } from "../host.ts";

/** Pictures of a report: enough to see a pattern, few enough to look at. */
const most = 12;
/** Pixels of the longer side. */
const longSide = 320;
const quality = 80;

export interface MistakesOptions {
  readonly evaluation: Pick<Evaluation, "worst">;
  /** The data set that was judged. */
  readonly dataset: Dataset;
  readonly model: Finished;
  readonly threads: number;
}

/**
 * The worst mistakes as a report shows them: the picture, and where in it the model saw what it said. A model that cannot
 * tell where it looks has pictures alone, and a picture that is gone is told by its name.
 */
export async function mistakesOf(
  { evaluation: { worst }, dataset, model, threads }: MistakesOptions,
  host: Host,
): Promise<readonly MistakeReport[]> {
  if (worst.length === 0) return [];
  const explainer = await Explainer.open(model, { threads }, host).catch(unlessUnexplained);
  try {
    const mistakes: MistakeReport[] = [];
    for (const example of worst.slice(0, most)) {
      const image = await dataset.load(example.index).catch(unlessUnreadable);
      const picture = image && (await thumbnail(image, host));
      const heatMap = image && explainer && (await heatOver(image, example, explainer));
      mistakes.push({
        ...toldOf(example),
        ...(picture === undefined ? {} : { picture }),
        ...(heatMap === undefined ? {} : { heatMap }),
      });
    }
    return mistakes;
  } finally {
    await explainer?.close();
  }
}

const toldOf = ({ name, truth, predicted, score, truthScore }: WorstExample): MistakeReport => ({
  name,
  ...(truth === undefined ? {} : { truth }),
  ...(predicted === undefined ? {} : { predicted }),
  ...(score === undefined ? {} : { score }),
  ...(truthScore === undefined ? {} : { truthScore }),
});

const thumbnail = async (image: RgbImage, { encoder }: Pick<Host, "encoder">): Promise<string> =>
  pictureAddress(await encoder.encodeJpeg(shrink(image, longSide), { quality }));

async function heatOver(image: RgbImage, { predicted }: WorstExample, explainer: Explainer): Promise<string> {
  const found = await explainer.explain(image, { class: predicted });
  return pictureAddress(await explainer.overlay(image, found, { longSide, format: "jpeg", quality }));
}

/** It could be read when it was judged: somebody has taken it away since. */
function unlessUnreadable(error: RegraftError): undefined {
  if (!(error instanceof DataError || error instanceof HostError)) throw error;
}

/** No map of features, no gradient to it, or an engine that does not load the graph. */
function unlessUnexplained(error: RegraftError): undefined {
  if (!(error instanceof GraphError || error instanceof HostError)) throw error;
}
