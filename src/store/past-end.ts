import { HostError } from "../base/errors.ts";

/** A read that wants bytes which the file does not have. */
export const pastEnd = (
  path: string,
  sizeBytes: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): HostError =>
  new HostError("read-failed", `${path} has ${sizeBytes} bytes: ${length} from ${offset} on cannot be read.`);
