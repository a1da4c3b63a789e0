import { type ArchitectureName, architectureNames, isArchitecture } from "./architectures.ts";
import { blockDepths } from "./mobilenet-v2.ts";

/** One of the networks that can be built, at a width. */
export interface Network {
  readonly architecture: ArchitectureName;
  /** Multiplies the channels. */
  readonly width: number;
}

/** How a library's files call the tensors of a network. */
export interface Naming {
  readonly library: string;
  /** torchvision's name of a tensor to the file's: "classifier.6.weight" to "head.fc.weight". */
  readonly nameOf: (name: string) => string;
}

/** Modules of torchvision's and what another library calls them; all others are called alike. */
type Modules = Readonly<Record<string, string>>;

/** timm's VGG has convolutions where torchvision has dense layers, and numbers its modules alike before them. */
const timmVgg: Modules = {
  "classifier.0": "pre_logits.fc1",
  "classifier.3": "pre_logits.fc2",
  "classifier.6": "head.fc",
};

/** What timm calls the modules of each network. A ResNet's bear the same names in both. */
const timmModules: { readonly [A in ArchitectureName]: Modules } = {
  vgg16: timmVgg,
  vgg19: timmVgg,
  vgg16_bn: timmVgg,
  resnet18: {},
  resnet34: {},
  resnet50: {},
  resnet101: {},
  resnet152: {},
  mobilenet_v2: timmMobileNetV2(),
};

function timmMobileNetV2(): Modules {
  const blocks = blockDepths.flatMap((depth, stage) => Array.from({ length: depth }, (_, at) => ({ stage, at })));
  return {
    "features.0.0": "conv_stem",
    "features.0.1": "bn1",
    ...Object.assign({}, ...blocks.map(({ stage, at }, block) => timmBlock(`features.${block + 1}`, { stage, at }))),
    [`features.${blocks.length + 1}.0`]: "conv_head",
    [`features.${blocks.length + 1}.1`]: "bn2",
    "classifier.1": "classifier",
  };
}

/** The first stage does not widen its input, so that a convolution is missing and the others have its numbers. */
function timmBlock(path: string, { stage, at }: { readonly stage: number; readonly at: number }): Modules {
  const theirs = `blocks.${stage}.${at}`;
  const middle = stage === 0 ? [] : [[`${path}.conv.0.0`, "conv_pw"] as const, [`${path}.conv.0.1`, "bn1"] as const];
  const first = middle.length / 2;
  const pairs = [
    ...middle,
    [`${path}.conv.${first}.0`, "conv_dw"],
    [`${path}.conv.${first}.1`, `bn${first + 1}`],
    [`${path}.conv.${first + 1}`, stage === 0 ? "conv_pw" : "conv_pwl"],
    [`${path}.conv.${first + 2}`, `bn${first + 2}`],
  ] as const;
  return Object.fromEntries(pairs.map(([ours, name]) => [ours, `${theirs}.${name}`]));
}

/** The ways in which files may call the tensors of a network. */
export const namingsOf = (architecture: ArchitectureName): readonly Naming[] => [
  { library: "torchvision", nameOf: (name) => name },
  { library: "timm", nameOf: renaming(timmModules[architecture]) },
];

/** Renames modules: the part of a tensor's name before its last dot. */
function renaming(modules: Modules): (name: string) => string {
  return (name) => {
    const dot = name.lastIndexOf(".");
    const module = name.slice(0, dot);
    return `${modules[module] ?? module}${name.slice(dot)}`;
  };
}

/** timm's MobileNetV2 by width, in hundredths. */
const timmWidths: Readonly<Record<string, number>> = {
  mobilenetv2_035: 0.35,
  mobilenetv2_050: 0.5,
  mobilenetv2_075: 0.75,
  mobilenetv2_100: 1,
  mobilenetv2_140: 1.4,
};

/** Every name of a network that is known: torchvision's and timm's. */
export const networkNames: readonly string[] = [...architectureNames, ...Object.keys(timmWidths)];

/** @returns undefined for a name that neither torchvision nor timm has for one of these networks */
export function networkNamed(name: string): Network | undefined {
  if (isArchitecture(name)) return { architecture: name, width: 1 };
  const width = Object.hasOwn(timmWidths, name) ? timmWidths[name] : undefined;
  return width === undefined ? undefined : { architecture: "mobilenet_v2", width };
}
