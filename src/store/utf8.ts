// Node and every browser have these two; the language's own library, which is all that the core compiles with, does not.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes that are not UTF-8 become U+FFFD; a byte order mark at the start is dropped. */
export const decodeUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
