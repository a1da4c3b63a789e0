import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostError } from "../../base/errors.ts";
import type { RunTimes } from "../runtime.ts";
import { readTrace } from "./ort-trace.ts";

/** A folder of its own for the file that onnxruntime writes when it is done profiling a session; the file's name is its choice. */
export class ProfileFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), "regraft-profile-"));

  /** What the file's path begins with. */
  get prefix(): string {
    return join(this.#folder, "profile");
  }

  /** Reads the file once, and takes the folder away. @throws {HostError} "engine-failed" where nothing was written */
  take(): readonly RunTimes[] {
    try {
      const [file] = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
      if (file === undefined) throw new HostError("engine-failed", "onnxruntime wrote no profile.");
      return readTrace(readFileSync(join(this.#folder, file), "utf8"));
    } finally {
      this.remove();
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
