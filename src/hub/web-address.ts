import { ModelError, UsageError } from "../base/errors.ts";

/** A file of the web. What may hold a secret is kept apart from what may be shown. */
export interface WebAddress {
  /** What is asked for: without login and fragment. Its query may be a signature. */
  readonly href: string;
  /** The same without its query: the only form that is shown or written down. */
  readonly shown: string;
  /** "user:password", as it stands in the address. */
  readonly login: string | undefined;
  /** Of the file's bytes, in small hexadecimal digits, as the fragment says: "#sha256=…". */
  readonly sha256: string | undefined;
  /** The last part of its path. */
  readonly file: string;
}

export const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

/** A text without what may be a secret, where it is an address: login, query, fragment. Any other text as it is. */
export function withoutSecrets(text: string): string {
  const [, scheme, rest = ""] = /^(https?:\/\/)([^?#]*)/i.exec(text) ?? [];
  return scheme === undefined ? text : `${scheme}${rest.replace(/^[^/\\]*@/, "")}`;
}

/** The same for all addresses in a text; a path may have lost one of its slashes. */
export const withoutAnySecrets = (text: string): string =>
  text.replace(/\bhttps?:\/+[^\s"'<>]+/gi, (found) => {
    const [, scheme = "", rest = ""] = /^(https?:\/+)(.*)$/i.exec(found) ?? [];
    return `${scheme}${withoutSecrets(`https://${rest}`).slice("https://".length)}`;
  });

/** What a model's file may be called. */
const readable = /\.(onnx|keras|h5|hdf5|zip|safetensors|json)$/i;
const pickle = /\.(bin|ckpt|pkl|pickle|pth?)$/i;

const form = /^(https?:\/\/)(?:([^/?#]*)@)?([^/?#@]+)(\/[^?#]*)?(\?[^#]*)?(?:#(.*))?$/i;

/**
 * The address of a model's file. A folder, whose address ends in a slash, means the model.json of TensorFlow.js in it.
 *
 * @throws {UsageError} "bad-option" for what is no address · {ModelError} "no-model" for a file that is no model
 */
export function webAddress(text: string): WebAddress {
  const shown = withoutSecrets(text);
  const [, scheme = "", login, host, given = "/", query = "", fragment = ""] = form.exec(text) ?? [];
  if (host === undefined || /[\s\\\p{Cc}]/u.test(text)) {
    throw new UsageError("bad-option", `"${shown}" is not an address.`, {
      hint: "Write it as a browser shows it: https://example.com/models/model.onnx. What has no place there is written %20.",
    });
  }
  const path = given.endsWith("/") ? `${given}model.json` : given;
  const file = path.slice(path.lastIndexOf("/") + 1);
  requireReadable(file, shown);
  const bare = `${scheme}${host}${path}`;
  return { href: `${bare}${query}`, shown: bare, login, sha256: sha256In(fragment, shown), file };
}

function requireReadable(file: string, shown: string): void {
  if (readable.test(file)) return;
  if (pickle.test(file)) {
    throw new ModelError("no-model", `${shown} is a pickle, which is a program: Regraft runs none.`, {
      hint: 'In Python, write the weights as model.safetensors (safetensors.torch.save_file(torch.load("…", weights_only=True), …)), or the model as ONNX (torch.onnx.export).',
    });
  }
  throw new ModelError("no-model", `${shown} does not end as a model's file does: it is not fetched.`, {
    hint: "Regraft reads .onnx, .keras, .h5, .zip, .safetensors and TensorFlow.js' model.json. Where the address is a page, or hides the file's name, download the file and name it.",
  });
}

function sha256In(fragment: string, shown: string): string | undefined {
  const [, key, digits = ""] = /^(sha256)=(.*)$/i.exec(fragment) ?? [];
  if (key === undefined) return undefined;
  if (/^[0-9a-f]{64}$/i.test(digits)) return digits.toLowerCase();
  throw new UsageError("bad-option", `${shown}: what follows #sha256= should be 64 hexadecimal digits.`, {
    hint: "sha256sum <file> prints them.",
  });
}
