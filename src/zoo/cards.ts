import type { Preprocessing } from "../image/preprocessing.ts";
import { preprocessingPresets } from "../image/presets.ts";
import type { ArchitectureName } from "./architectures.ts";

/** A pre-trained model that is known by name. */
export interface ZooCard {
  readonly name: ArchitectureName;
  /** Its repository on the Hugging Face Hub: timm's, with model.safetensors and a config.json. */
  readonly repo: string;
  /** Of the weights, by its SPDX name. */
  readonly licence: string;
  /** How the pictures were prepared that it was judged on. The repository's config.json says the same. */
  readonly preprocessing: Preprocessing;
  /** The layer that is taken off, and how many numbers it reads. */
  readonly head: string;
  readonly featureSize: number;
  /** Learned numbers, the classifier's among them. */
  readonly parameters: number;
  /** In a few words. */
  readonly goodFor: string;
}

/** torchvision's own weights, as timm republishes them. */
const torchvision = { licence: "BSD-3-Clause", preprocessing: preprocessingPresets.imagenet } as const;

const resnet = { ...torchvision, head: "fc" } as const;
const vgg = { ...torchvision, head: "classifier.6", featureSize: 4096 } as const;

/** All trained on ImageNet's 1000 classes at 224 × 224. */
export const zooCards: readonly ZooCard[] = [
  {
    name: "mobilenet_v2",
    repo: "timm/mobilenetv2_100.ra_in1k",
    licence: "Apache-2.0",
    preprocessing: { ...preprocessingPresets.imagenet, interpolation: "bicubic" },
    head: "classifier.1",
    featureSize: 1280,
    parameters: 3_504_872,
    goodFor: "a first try, small machines, phones and browsers",
  },
  {
    name: "resnet18",
    repo: "timm/resnet18.tv_in1k",
    ...resnet,
    featureSize: 512,
    parameters: 11_689_512,
    goodFor: "a few hundred pictures, with little time",
  },
  {
    name: "resnet34",
    repo: "timm/resnet34.tv_in1k",
    ...resnet,
    featureSize: 512,
    parameters: 21_797_672,
    goodFor: "between resnet18 and resnet50",
  },
  {
    name: "resnet50",
    repo: "timm/resnet50.tv_in1k",
    ...resnet,
    featureSize: 2048,
    parameters: 25_557_032,
    goodFor: "most tasks, where accuracy matters more than size",
  },
  {
    name: "resnet101",
    repo: "timm/resnet101.tv_in1k",
    ...resnet,
    featureSize: 2048,
    parameters: 44_549_160,
    goodFor: "thousands of pictures and patience",
  },
  {
    name: "resnet152",
    repo: "timm/resnet152.tv_in1k",
    ...resnet,
    featureSize: 2048,
    parameters: 60_192_808,
    goodFor: "thousands of pictures and much patience",
  },
  {
    name: "vgg16",
    repo: "timm/vgg16.tv_in1k",
    ...vgg,
    parameters: 138_357_544,
    goodFor: "following tutorials; heavy: half a gigabyte",
  },
  {
    name: "vgg16_bn",
    repo: "timm/vgg16_bn.tv_in1k",
    ...vgg,
    parameters: 138_365_992,
    goodFor: "vgg16 where it is trained from scratch",
  },
  {
    name: "vgg19",
    repo: "timm/vgg19.tv_in1k",
    ...vgg,
    parameters: 143_667_240,
    goodFor: "following tutorials, style and texture; heavy",
  },
];

export const zooNames: readonly string[] = zooCards.map(({ name }) => name);

/** @returns undefined for a name that no card has */
export const zooCard = (name: string): ZooCard | undefined => zooCards.find((card) => card.name === name);
