import { descriptionIn, requireDescription } from "../base/json.ts";
import type { Store } from "../store/store.ts";

/**
 * The text of a file that describes a model; its size is looked at before it is read.
 *
 * @throws {ModelError} "bad-model-folder" where it is longer than any description · {DataError} "no-such-file" · {HostError}
 *   "read-failed"
 */
export async function descriptionAt(path: string, store: Store): Promise<string> {
  const file = await store.open(path);
  try {
    requireDescription(file.sizeBytes, path);
    const bytes = new Uint8Array(file.sizeBytes);
    await file.read(0, bytes);
    return descriptionIn(bytes, path);
  } finally {
    await file.close();
  }
}
