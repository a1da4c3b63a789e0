import { counted, percent } from "../../base/words.ts";
import type { MistakeReport } from "../data.ts";
import { type Content, filed, type Html, html, named } from "../html.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
import { checkedAddress } from "../picture-address.ts";

/** The pictures that the model is most wrong about. @param room bytes that pictures may take together */
export function mistakesSection(mistakes: readonly MistakeReport[], room: number): Section | undefined {
  if (mistakes.length === 0) return undefined;
  const { shown, rest } = parted(mistakes, room);
  const hasHeatMaps = shown.some(({ heatMap }) => heatMap !== undefined);
  return {
    id: "mistakes",
    title: "Worst mistakes",
    body: [
      shown.length > 0 &&
        html`<p>Look at these first: some may be labelled wrongly.${hasHeatMaps && " Warm colours mark what spoke most for the model's answer."}</p>`,
      shown.length > 0 && html`<ul class="cards">${shown.map(card)}</ul>`,
      rest.length > 0 &&
        (shown.length > 0
          ? folded(`${counted(rest.length, "more mistake")}, without pictures`, mistakeTable(rest))
          : mistakeTable(rest)),
    ],
  };
}

/** Those that have a picture for which there is room, and the others. */
function parted(mistakes: readonly MistakeReport[], room: number) {
  const [shown, rest]: [MistakeReport[], MistakeReport[]] = [[], []];
  let left = room;
  for (const mistake of mistakes) {
    const { picture, heatMap = "" } = mistake;
    const size = picture === undefined ? Number.POSITIVE_INFINITY : picture.length + heatMap.length;
    (size <= left ? shown : rest).push(mistake);
    if (size <= left) left -= size;
  }
  return { shown, rest };
}

function card(mistake: MistakeReport): Html {
  const { name, truth, predicted, picture = "", heatMap } = mistake;
  return html`<li>
<div class="pair">${image(picture, `The picture ${name}`)}${heatMap !== undefined && image(heatMap, `Heat map of what spoke for ${predicted ?? "the answer"}`)}</div>
${truth !== undefined && predicted !== undefined && html`<p>${named(truth)}, taken for ${named(predicted)}</p>`}
<p><small>${scores(mistake)}</small><small>${filed(name)}</small></p>
</li>`;
}

const image = (address: string, alt: string): Html =>
  html`<img src="${checkedAddress(address)}" alt="${alt}" decoding="async">`;

function scores({ score, truthScore, truth }: MistakeReport): Content {
  if (score === undefined) return undefined;
  const other =
    truthScore === undefined || truth === undefined ? undefined : html`, ${percent(truthScore)} for ${named(truth)}`;
  return html`${percent(score)} sure${other}`;
}

const mistakeTable = (mistakes: readonly MistakeReport[]): Html =>
  table({
    caption: "Pictures that the model is wrong about",
    scrollsAs: "Pictures that the model is wrong about",
    columns: [{ title: "Picture" }, { title: "Shows" }, { title: "Taken for" }, { title: "Sure", isNumber: true }],
    rows: mistakes.map(({ name, truth, predicted, score }) => [
      filed(name),
      truth === undefined ? "–" : named(truth),
      predicted === undefined ? "–" : named(predicted),
      percent(score),
    ]),
  });
