/** Text to bytes and back, without the DOM's or Node's types: both hosts have these two globals. */
interface Codecs {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (label: "utf-8", options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
}

const { TextEncoder, TextDecoder } = globalThis as unknown as Codecs;
const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder("utf-8", { fatal: false });

export const utf8 = {
  encode: (text: string): Uint8Array => encoder.encode(text),
  /**
   * A byte order mark at the start is dropped.
   *
   * @param options.fatal false for text that people wrote: bytes that are not UTF-8 become U+FFFD. True, the default, for
   *   formats that prescribe UTF-8.
   * @throws TypeError where `fatal` and the bytes are not UTF-8
   */
  decode: (bytes: Uint8Array, { fatal = true }: { readonly fatal?: boolean } = {}): string =>
    (fatal ? strict : lenient).decode(bytes),
};
