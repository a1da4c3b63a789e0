/** What the model card tells of a trained model. */
export interface CardDetails {
  readonly title: string;
  /** One paragraph: what was trained on what. */
  readonly summary?: string;
  /** Measured numbers by name: accuracy from 0 to 1, loss. */
  readonly metrics: Readonly<Record<string, number>>;
  /** How it was trained: settings by name. */
  readonly training?: Readonly<Record<string, string | number>>;
  /** Name of the data set, as a person would say it. */
  readonly dataset?: string;
}

interface CardOptions {
  readonly card: CardDetails;
  readonly labels: readonly string[];
  readonly baseModel: string | undefined;
  /** Whether transformers.js knows the model_type. */
  readonly runsInTransformersJs: boolean;
}

/**
 * README.md of a model folder: YAML front matter as the Hugging Face Hub reads it, then the measured numbers.
 * @see https://huggingface.co/docs/hub/model-cards
 */
export function modelCard(options: CardOptions): string {
  const { card, labels } = options;
  return [
    ...frontMatter(options),
    "",
    `# ${line(card.title)}`,
    "",
    ...(card.summary === undefined ? [] : [card.summary, ""]),
    ...section("Measured", table("metric", card.metrics)),
    ...section("Training", table("setting", settings(options))),
    ...section(`Classes (${labels.length})`, [labels.map((label) => `\`${line(label)}\``).join(", ")]),
    "Input: `pixel_values`, float32, prepared as preprocessor_config.json says. Output: `logits`, [N, classes].",
    "",
  ].join("\n");
}

const frontMatter = ({ card, baseModel, runsInTransformersJs }: CardOptions): readonly string[] => [
  "---",
  "pipeline_tag: image-classification",
  `library_name: ${runsInTransformersJs ? "transformers.js" : "onnx"}`,
  ...(baseModel !== undefined && isHubName(baseModel) ? [`base_model: ${yaml(baseModel)}`] : []),
  ...listOf("tags", ["onnx", "regraft", "transfer-learning"]),
  ...listOf("metrics", Object.keys(card.metrics)),
  "---",
];

const settings = ({ card, baseModel }: CardOptions): Readonly<Record<string, string | number>> => ({
  ...(baseModel === undefined ? {} : { "Base model": baseModel }),
  ...(card.dataset === undefined ? {} : { "Data set": card.dataset }),
  ...card.training,
});

const section = (title: string, body: readonly string[]): readonly string[] =>
  body.length === 0 ? [] : [`## ${title}`, "", ...body, ""];

function table(what: string, rows: Readonly<Record<string, string | number>>): readonly string[] {
  const lines = Object.entries(rows).map(([name, value]) => `| ${cell(name)} | ${cell(shown(value))} |`);
  return lines.length === 0 ? [] : [`| ${what} | value |`, "|---|---|", ...lines];
}

const shown = (value: string | number): string =>
  typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(4))) : String(value);

const line = (text: string): string => text.replace(/\s+/g, " ");
const cell = (text: string): string => line(text).replaceAll("|", "\\|");
/** A JSON string is a YAML string. */
const yaml = (text: string): string => JSON.stringify(text);
const listOf = (key: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`${key}:`, ...items.map((item) => `- ${yaml(item)}`)];

/** "owner/name", not a path on this machine. */
const isHubName = (name: string): boolean => /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(name);
