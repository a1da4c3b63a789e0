import { RegraftError } from "../../base/errors.ts";
import { boundNames, tightest } from "../../base/memory-bound.ts";
import { formatShape } from "../../base/shape.ts";
import { bytes, count, counted } from "../../base/words.ts";
import { preprocessingWords } from "../../models/preprocessing-words.ts";
import { OPSET } from "../../onnx/graph.ts";
import { batchNormsOf } from "../../rewrite/merged-batch-norm.ts";
import type { Finding, Subject } from "./finding.ts";
import { fittingPresets } from "./fitting-presets.ts";
import { parametersByOp, trainableLayers } from "./layers.ts";

/** One look at a model; undefined where there is nothing to say. */
type Check = (subject: Subject) => Omit<Finding, "check"> | undefined;

/** What the doctor looks at, in the order of the report. A new check is a row. */
export const checks: Readonly<Record<string, Check>> = {
  file: ({ loaded, inspection }) => ({
    verdict: "ok",
    text: `${loaded.file}, ${bytes(loaded.fileBytes)}`,
    details: [
      `opset ${inspection.opset}${inspection.opset === OPSET ? "" : ` (read as ${OPSET})`}, IR version ${loaded.model.irVersion}, ${inspection.producer ? `made by ${inspection.producer}` : "its maker is not named"}`,
    ],
  }),

  changed: ({ inspection: { changes } }) =>
    changes.length === 0
      ? { verdict: "ok", text: "nothing: taken as it is" }
      : { verdict: "ok", text: changes[0] ?? "", details: changes.slice(1) },

  input: ({ inspection: { input } }) => ({
    verdict: "ok",
    text: `${input.name} ${formatShape(input.shape)}, ${input.layout}`,
  }),

  output: ({ inspection: { output } }) => ({ verdict: "ok", text: `${output.name} ${formatShape(output.shape)}` }),

  head: ({ inspection: { head, headError, features }, base }) => {
    if (base instanceof RegraftError) {
      return { verdict: "problem", text: base.message, ...(base.hint === undefined ? {} : { hint: base.hint }) };
    }
    if (!head && features) {
      const text = `none: a new head goes on ${counted(features.size, "feature")}`;
      return { verdict: "ok", text, details: [features.reason] };
    }
    if (!head) return { verdict: "warning", text: headError ?? "none was found" };
    const scores = head.softmax ? ", then Softmax" : "";
    return {
      verdict: "ok",
      text: `${head.node}: ${count(head.features)} features → ${counted(head.classes, "class", "classes")}${scores}`,
      details: [head.reason],
    };
  },

  labels: ({ loaded: { labels, labelsSource } }) => ({
    verdict: "ok",
    text: labels ? `${count(labels.length)}, from ${labelsSource}` : "none; a new head takes yours from your folders",
  }),

  pictures: ({ loaded }) => {
    if (!loaded.preprocessing) return unknownPictures(loaded);
    const { pixels, numbers } = preprocessingWords(loaded.preprocessing);
    return { verdict: "ok", text: pixels, details: [numbers, `from ${loaded.preprocessingSource}`] };
  },

  parameters: ({ inspection }) => ({
    verdict: "ok",
    text: count(inspection.parameters),
    details: [
      parametersByOp(inspection.layers)
        .map(({ op, parameters }) => `${op} ${count(parameters)}`)
        .join(", "),
    ],
  }),

  training: ({ inspection, base }) => {
    if (base instanceof RegraftError) return undefined;
    const { trainable, trainableFrom, stops, layers } = inspection;
    if (trainable) return { verdict: "ok", text: `all ${counted(layers.length, "layer")} can be trained` };
    const stopped = stops ? [`${stops.op} "${stops.node}" lets no gradient pass: ${stops.reason}`] : [];
    if (trainableFrom === undefined) {
      return {
        verdict: "warning",
        text: "a new head can be trained, and none of the layers before it",
        details: stopped,
        hint: "Train with --unfreeze none.",
      };
    }
    const from = trainableLayers(inspection).filter((layer) => layer.trainable).length;
    return {
      verdict: "warning",
      text: `${from} of ${layers.length} layers can be trained: those from ${trainableFrom} on`,
      details: stopped,
      hint: `Train with --unfreeze ${trainableFrom}.`,
    };
  },

  BatchNorm: ({ loaded }) => {
    const { nodes, merged, maybeMerged } = batchNormsOf(loaded.model.graph);
    if (nodes > 0)
      return { verdict: "ok", text: `${counted(nodes, "node")}; mean and variance stay frozen in training` };
    if (merged > 0) {
      return {
        verdict: "warning",
        text: `merged into ${counted(merged, "Conv", "Convs")} when the model was exported: Regraft cannot put it in training mode`,
        hint: "Fine-tuning at a low learning rate does well without. To keep it: torch.onnx.export(…, training=TrainingMode.PRESERVE, do_constant_folding=False, dynamo=False).",
      };
    }
    return {
      verdict: "ok",
      text: maybeMerged ? "none; where the network had some, it was merged into Conv at export" : "none",
    };
  },

  Dropout: ({ inspection: { ops } }) => ({
    verdict: "ok",
    text: ops.Dropout
      ? `${counted(ops.Dropout, "node")}, left out; a new head brings its own: --dropout <x>`
      : "none; a new head brings its own: --dropout <x>",
  }),

  memory: ({ bounds }) => {
    const bound = tightest(bounds);
    if (!bound) return undefined;
    const text = `${bytes(bound.freeBytes)} free, within ${boundNames[bound.kind]} of ${bytes(bound.limitBytes)}`;
    return { verdict: "ok", text, ...(bound.kind === "control-group" ? { details: [bound.where] } : {}) };
  },

  engine: ({ steps }) => {
    const [failed] = steps.flatMap((step) => ("error" in step ? [step] : []));
    if (!failed) return undefined;
    const { hint } = failed.error;
    return { verdict: "problem", text: failed.error.message, ...(hint === undefined ? {} : { hint }) };
  },

  gradients: ({ gradients }) => {
    if (!gradients) return undefined;
    const { layers, of } = gradients;
    const sum = (verdict: string) => layers.filter((layer) => layer.verdict === verdict).length;
    const text = `${sum("ok")} ok, ${sum("fail")} wrong, ${sum("inconclusive")} not to be told; ${layers.length} of ${of} layers looked at`;
    if (sum("fail") > 0)
      return { verdict: "problem", text, hint: "Please report this model: a gradient of Regraft's is wrong." };
    return { verdict: sum("ok") > 0 ? "ok" : "warning", text };
  },
};

function unknownPictures(loaded: Subject["loaded"]): Omit<Finding, "check"> {
  const { presets, size } = fittingPresets(loaded);
  const described = `a preprocessor_config.json beside the model${size ? ` that resizes to ${size.width} × ${size.height}` : ""}`;
  return {
    verdict: "warning",
    text: "the model does not say how its pictures are prepared",
    hint:
      presets.length === 0
        ? `Put ${described}.`
        : `Pass --preprocessing ${presets.join(", or ")}: the one that it was trained with. Or put ${described}.`,
  };
}

/** Every finding, in order. */
export const findings = (subject: Subject): readonly Finding[] =>
  Object.entries(checks).flatMap(([check, look]) => {
    const found = look(subject);
    return found ? [{ check, ...found }] : [];
  });
