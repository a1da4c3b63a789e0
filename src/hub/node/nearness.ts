import { BlockList, isIP } from "node:net";

/** How near a host is: one of the world, of a private network, or this machine. */
export type Nearness = 0 | 1 | 2;

const world = 0;
const network = 1;
const machine = 2;

/** Addresses that mean this machine, or what is plugged into it and asks for no name: a cloud's own services among them. */
const own = blocks([
  ["127.0.0.0", 8, "ipv4"],
  ["0.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["::", 128, "ipv6"],
  ["::1", 128, "ipv6"],
  ["fe80::", 10, "ipv6"],
]);

/** Addresses that no router of the world's net passes on. */
const inner = blocks([
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["fc00::", 7, "ipv6"],
]);

type Block = readonly [address: string, bits: number, family: "ipv4" | "ipv6"];

function blocks(rows: readonly Block[]): BlockList {
  const list = new BlockList();
  for (const [address, bits, family] of rows) list.addSubnet(address, bits, family);
  return list;
}

/**
 * How near the host of an address is, by its name: what a name of the world's means is not asked.
 *
 * @param hostname as a URL has it: IPv6 in brackets, every spelling of an IPv4 address made one
 * @see RFC 6890
 */
export function nearness(hostname: string): Nearness {
  const name = hostname.replace(/^\[|\]$|\.$/g, "");
  const family = isIP(name);
  if (family === 0) return name === "localhost" || name.endsWith(".localhost") ? machine : world;
  const kind = family === 6 ? "ipv6" : "ipv4";
  if (own.check(name, kind)) return machine;
  return inner.check(name, kind) ? network : world;
}
