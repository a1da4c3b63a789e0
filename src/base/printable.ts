/** What moves a cursor, breaks a line, or turns the direction of writing around; halves of characters too. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A name that somebody else chose, for a line of text: "a\nb" with its newline as the two characters "\n", an escape
 * character as "\x1b", a mark that turns the writing around as "\u202e". Letters of every script, joined emoji and combining
 * marks stay what they are.
 */
export const printable = (text: string): string => text.replace(unprintable, escaped);

/** The same for a text whose own line breaks stay. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  return named[character] ?? (code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`);
}
