import { DataError, type ErrorDetails, HostError, type RegraftError } from "./errors.ts";
import { printable } from "./printable.ts";

/** What a person can do about an error of the operating system, by its name. */
const hints: Readonly<Record<string, string>> = {
  EACCES: "Check the permissions of the file and of the folders above it.",
  EPERM: "Check the permissions of the file and of the folders above it.",
  EROFS: "The disk is mounted read-only: name a folder on another one.",
  EISDIR: "This is a folder, and a file was expected.",
  ENOTDIR: "A part of this path is a file, not a folder.",
  EEXIST: "A file with the name of that folder stands in the way: remove it, or name another place.",
  ENOTEMPTY: "The folder exists and is not empty.",
  ENAMETOOLONG: "Choose a shorter name.",
  EMFILE: "Too many files are open: raise the limit (ulimit -n).",
  ENFILE: "Too many files are open on this machine.",
  EXDEV: "Both must be on the same disk.",
  ENXIO: "This is a socket or a device, and a file was expected.",
  ELOOP: "Its links lead in a circle.",
  EFBIG: "The file would be larger than the disk or the limit (ulimit -f) allows.",
  ERR_FS_FILE_TOO_LARGE:
    "A file that is read whole has less than 2 GiB; a larger model keeps its weights in files beside it.",
  EIO: "The disk reports a fault.",
};

const missing: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);
const full: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT"]);

/** The operating system's name of an error ("ENOENT"), where it has one. */
export function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** Nothing stands at the path: neither file nor folder. */
export const isMissing = (cause: unknown): boolean => missing.has(errnoOf(cause));

/** Names are told as UTF-8: bytes that are not leave this mark, and no file has the name that is left. */
const isMarked = (path: string): boolean => path.includes("\ufffd");

function missingError(code: "no-such-file" | "no-such-folder", path: string, cause: unknown): DataError {
  const what = code === "no-such-file" ? "file" : "folder";
  const [reason, hint] = isMarked(path) ? [", or its name is not UTF-8", "Rename it."] : ["", "Check the path."];
  return new DataError(code, `There is no ${what} ${printable(path)}${reason}.`, { hint, cause });
}

/** "no-such-file" where nothing is there, else "read-failed". */
export function readError(path: string, cause: unknown): RegraftError {
  if (isMissing(cause)) return missingError("no-such-file", path, cause);
  return new HostError("read-failed", `${printable(path)} cannot be read: ${reasonOf(cause)}.`, details(cause));
}

/** "no-such-folder" where nothing, or a file, is there, else "read-failed". */
export function listError(path: string, cause: unknown): RegraftError {
  if (errnoOf(cause) === "ENOTDIR") {
    return new DataError("no-such-folder", `${printable(path)} is not a folder.`, {
      hint: "Name the folder, not a file.",
      cause,
    });
  }
  if (isMissing(cause)) return missingError("no-such-folder", path, cause);
  return new HostError(
    "read-failed",
    `The folder ${printable(path)} cannot be read: ${reasonOf(cause)}.`,
    details(cause),
  );
}

/** "disk-full", else "write-failed". */
export function writeError(path: string, cause: unknown): HostError {
  if (full.has(errnoOf(cause))) {
    const hint = "Make room on that disk, or name a folder on another one; what was there before is untouched.";
    return new HostError("disk-full", `${printable(path)} cannot be written: the disk is full.`, { hint, cause });
  }
  return new HostError("write-failed", `${printable(path)} cannot be written: ${reasonOf(cause)}.`, details(cause));
}

/** Calls of the operating system that change the disk. */
const changing: ReadonlySet<unknown> = new Set([
  "mkdir",
  "mkdtemp",
  "rename",
  "rm",
  "rmdir",
  "unlink",
  "write",
  "copyfile",
  "symlink",
  "ftruncate",
  "fsync",
  "utime",
]);

/** For an error of a call on a path that nobody has translated; undefined for any other error. */
export function systemError(cause: unknown): RegraftError | undefined {
  if (!(cause instanceof Error && "syscall" in cause && "path" in cause && typeof cause.path === "string"))
    return undefined;
  return changing.has(cause.syscall) || full.has(errnoOf(cause))
    ? writeError(cause.path, cause)
    : readError(cause.path, cause);
}

/** What a failed call on a path is to throw, for `catch`. */
export function rethrow(path: string, translate: (path: string, cause: unknown) => Error): (cause: unknown) => never {
  return (cause) => {
    throw translate(path, cause);
  };
}

const reasonOf = (cause: unknown): string => errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));

function details(cause: unknown): ErrorDetails {
  const hint = hints[errnoOf(cause) ?? ""];
  return hint === undefined ? { cause } : { hint, cause };
}
