/** Text to bytes and back, without the DOM's or Node's types: both hosts have these two globals. */
interface Codecs {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (label: "utf-8", options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
}

const { TextEncoder, TextDecoder } = globalThis as unknown as Codecs;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export const utf8 = {
  encode: (text: string): Uint8Array => encoder.encode(text),
  /** @throws TypeError where the bytes are not UTF-8 */
  decode: (bytes: Uint8Array): string => decoder.decode(bytes),
};
