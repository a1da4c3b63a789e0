import { type NetworkName, networkNames } from "./networks.ts";
import type { PeerName } from "./peer-table.ts";

interface Row {
  /** Above its column. */
  readonly title: string;
  /** The peer whose Python runs it; undefined where it is ours. */
  readonly peer: PeerName | undefined;
  /** What a step's script is told besides. */
  readonly stepFlags: readonly string[];
  /** Networks that it has. */
  readonly networks: readonly NetworkName[];
}

/** Who is measured: a column of the table of steps each. */
export const contestants = {
  ours: { title: "Regraft", peer: undefined, stepFlags: [], networks: networkNames },
  pytorch: { title: "PyTorch", peer: "torch", stepFlags: ["--layout", "contiguous"], networks: networkNames },
  "pytorch-channels-last": {
    title: "PyTorch channels_last",
    peer: "torch",
    stepFlags: ["--layout", "channels_last"],
    networks: networkNames,
  },
  keras: { title: "Keras", peer: "keras", stepFlags: [], networks: ["mobilenet_v2", "resnet50", "vgg16"] },
} as const satisfies Readonly<Record<string, Row>>;

export type Contestant = keyof typeof contestants;

export const contestantNames = Object.keys(contestants) as readonly Contestant[];

export const hasNetwork = (contestant: Contestant, network: NetworkName): boolean => {
  const has: readonly NetworkName[] = contestants[contestant].networks;
  return has.includes(network);
};
