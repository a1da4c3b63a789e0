import { writeError } from "../../base/file-errors.ts";
import type { Sink } from "./terminal.ts";

/**
 * stdout or stderr. A reader that has seen enough (`… | head -1`) is no error: what comes after is dropped. Any other error,
 * such as that of a full disk, is thrown where nothing but the process catches it.
 *
 * @param name what to call it in messages
 */
export function standardStream(stream: NodeJS.WriteStream, name = "The output"): Sink {
  let closed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE") throw writeError(name, error);
  });
  return {
    write: (text) => {
      if (!closed) stream.write(text);
    },
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get closed() {
      return closed;
    },
  };
}
