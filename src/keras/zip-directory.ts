import { ModelError } from "../base/errors.ts";
import { utf8 } from "../base/utf8.ts";
import { isInside } from "../hub/inside.ts";

/** A file in a zip, as the directory at its end tells of it. */
export interface ZipEntry {
  /** "/" between folders; none leads out of the folder that the zip is unpacked in. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Its bytes as they stand in the zip: deflated, or as they are. */
  readonly packed: Uint8Array;
  readonly isDeflated: boolean;
  /** Unpacked, as the directory says. */
  readonly sizeBytes: number;
  /** CRC-32 of the unpacked bytes. */
  readonly checkSum: number;
}

/** Entries of a zip: a model is a few files. */
const mostEntries = 10_000;

/** Bytes of a name; file systems take 255 for each of its parts. */
const mostNameBytes = 1000;

/** Deflate makes no more of a byte. @see https://zlib.net/zlib_tech.html, "Maximum Compression Factor" */
const mostDeflated = 1032;

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};

/** Bytes of each record before its names. */
const sizes = { local: 30, central: 46, end: 22, locator64: 20 };

/** What a number of 32 bits says where one of 64 stands elsewhere. */
const elsewhere = 0xffffffff;

/**
 * The directory of a zip. A zip is a stranger's: one is refused that is encrypted or has links, names that lead out of it or
 * come twice, entries that share bytes or claim more than their bytes can become. Nothing is unpacked for that.
 *
 * @throws {ModelError} "bad-keras"
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  try {
    return readDirectory(bytes);
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw badArchive("The archive is cut off or damaged", cause);
  }
}

/** Reads outside of the archive are RangeErrors of `DataView`. */
function readDirectory(bytes: Uint8Array): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start } = endOf(view);
  if (count > mostEntries) throw badArchive(`The archive would have ${count} entries, more than ${mostEntries}`);
  const found: Placed[] = [];
  for (let at = start, left = count; left > 0; left--) {
    const { entry, next } = entryAt(at, view, bytes);
    found.push(entry);
    at = next;
  }
  requireApart(found);
  requireNames(found);
  return found;
}

interface Placed extends ZipEntry {
  /** Bytes from the archive's start to the entry's, and to its end. */
  readonly from: number;
  readonly to: number;
}

/** Where the directory begins, and how many entries it has. */
function endOf(view: DataView): { readonly count: number; readonly start: number } {
  const comment = 0xffff;
  const last = view.byteLength - sizes.end;
  for (let at = last; at >= Math.max(0, last - comment); at--) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    const locator = at - sizes.locator64;
    if (locator < 0 || view.getUint32(locator, true) !== signatures.locator64)
      return { count: view.getUint16(at + 10, true), start: view.getUint32(at + 16, true) };
    const end64 = wholeAt(view, locator + 8);
    if (view.getUint32(end64, true) !== signatures.end64) throw badArchive("The archive is damaged");
    return { count: wholeAt(view, end64 + 32), start: wholeAt(view, end64 + 48) };
  }
  throw badArchive("This is no zip archive, or it is cut off");
}

/** A number of 64 bits; one beyond 2^53 lies outside of every file. */
const wholeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function entryAt(at: number, view: DataView, bytes: Uint8Array): { readonly entry: Placed; readonly next: number } {
  if (view.getUint32(at, true) !== signatures.central) throw badArchive("The archive's directory is damaged");
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const [nameLength, extraLength, commentLength] = [nameBytes ?? 0, extraBytes ?? 0, commentBytes ?? 0];
  const nameAt = at + sizes.central;
  const given = bytes.subarray(nameAt, nameAt + nameLength);
  const name = nameIn(given);
  requireFile(name, { flags, method, mode: modeOf(view, at) });
  const extra = { from: nameAt + nameLength, to: nameAt + nameLength + extraLength };
  const { sizeBytes, packedBytes, offset } = extentsOf(view, at, extra);
  const data = dataAt(offset, { name: given, view, bytes });
  const packed = bytes.subarray(data, data + packedBytes);
  const isDeflated = method !== 0;
  const most = isDeflated ? mostDeflated * packedBytes : packedBytes;
  if (packed.length < packedBytes) throw badArchive(`${shown(name)} in the archive is cut off`);
  if (sizeBytes > most || (!isDeflated && sizeBytes !== packedBytes))
    throw badArchive(`${shown(name)} in the archive claims ${sizeBytes} bytes, and has ${packedBytes} that are packed`);
  const isFolder = name.endsWith("/");
  const checkSum = view.getUint32(at + 16, true);
  const place = { from: offset, to: data + packedBytes };
  return {
    entry: { name: isFolder ? name.slice(0, -1) : name, isFolder, packed, isDeflated, sizeBytes, checkSum, ...place },
    next: extra.to + commentLength,
  };
}

function nameIn(bytes: Uint8Array): string {
  if (bytes.length <= mostNameBytes) return utf8.decode(bytes, { fatal: false });
  throw badArchive(`A name in the archive has ${bytes.length} bytes, more than ${mostNameBytes}`);
}

/** The Unix mode of what was packed; 0 where another system packed it. */
const modeOf = (view: DataView, at: number): number =>
  view.getUint8(at + 5) === 3 ? view.getUint16(at + 40, true) : 0;

interface Kind {
  readonly flags: number;
  readonly method: number;
  readonly mode: number;
}

/** Kinds of what a Unix mode says: unsaid, a folder, a file. All others are links, pipes and devices. */
const plainKinds: ReadonlySet<number> = new Set([0, 0x4000, 0x8000]);

function requireFile(name: string, { flags, method, mode }: Kind): void {
  const what = `${shown(name)} in the archive`;
  if (!isInside(name.replace(/\/$/, ""))) throw badArchive(`${what} is a name that leads out of it`);
  if ((flags & 1) !== 0) throw badArchive(`${what} is encrypted`);
  if (!plainKinds.has(mode & 0xf000)) throw badArchive(`${what} is a link or a device, not a file`);
  if (method !== 0 && method !== 8) throw badArchive(`${what} is packed in a way (${method}) that is not read`);
}

interface Extents {
  readonly sizeBytes: number;
  readonly packedBytes: number;
  /** Of the entry's own record. */
  readonly offset: number;
}

/** Those that do not fit in 32 bits stand in the extra field of tag 1, in this order. */
function extentsOf(view: DataView, at: number, extra: { readonly from: number; readonly to: number }): Extents {
  let place = 0;
  for (let field = extra.from; field + 4 <= extra.to; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) === 1) place = field + 4;
  }
  const whole = (field: number): number => {
    const value = view.getUint32(at + field, true);
    if (value !== elsewhere || place === 0) return value;
    place += 8;
    return wholeAt(view, place - 8);
  };
  const [sizeBytes, packedBytes, offset] = [whole(24), whole(20), whole(42)];
  return { sizeBytes, packedBytes, offset };
}

interface Local {
  readonly name: Uint8Array;
  readonly view: DataView;
  readonly bytes: Uint8Array;
}

/** Where the bytes of an entry begin. Its own record has to agree with the directory: others read that one. */
function dataAt(offset: number, { name, view, bytes }: Local): number {
  const nameAt = offset + sizes.local;
  const length = view.getUint16(offset + 26, true);
  const own = bytes.subarray(nameAt, nameAt + length);
  const agrees = own.length === name.length && own.every((byte, at) => byte === name[at]);
  if (view.getUint32(offset, true) !== signatures.local || !agrees)
    throw badArchive("The archive's directory and its entries do not agree");
  return nameAt + length + view.getUint16(offset + 28, true);
}

/** Entries that share bytes unpack to far more than the archive has. @see Fifield, A better zip bomb, 2019 */
function requireApart(entries: readonly Placed[]): void {
  const inOrder = [...entries].sort((a, b) => a.from - b.from);
  inOrder.forEach((entry, at) => {
    const before = inOrder[at - 1];
    if (before && entry.from < before.to)
      throw badArchive(`${shown(before.name)} and ${shown(entry.name)} in the archive share bytes`);
  });
}

function requireNames(entries: readonly ZipEntry[]): void {
  const names = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (names.has(entry.name)) throw badArchive(`${shown(entry.name)} comes twice in the archive`);
    names.set(entry.name, entry);
  }
  for (const { name } of entries) {
    for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
      const above = names.get(name.slice(0, end));
      if (above && !above.isFolder)
        throw badArchive(`${shown(above.name)} in the archive is a file, and has files in it`);
    }
  }
}

const shown = (name: string): string => JSON.stringify(name);

export const badArchive = (message: string, cause?: unknown): ModelError =>
  new ModelError("bad-keras", `${message}.`, {
    cause,
    hint: "Download the file again, or save it again; take models from a place that you trust.",
  });
