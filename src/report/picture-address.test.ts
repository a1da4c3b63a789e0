import { expect, test } from "vitest";
import { checkedAddress, pictureAddress } from "./picture-address.ts";

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

test.each([[[]], [[0xff]], [[0, 0xfe]], [[1, 2, 3]]])("a PNG that ends in %j is written as Node writes it", (end) => {
  const bytes = Uint8Array.from([...png, ...end]);
  const address = pictureAddress(bytes);
  expect(address).toBe(`data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
  expect(checkedAddress(address)).toBe(address);
});

test("knows a JPEG, and refuses what a browser may not show", () => {
  expect(pictureAddress(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe("data:image/jpeg;base64,/9j/4A==");
  expect(() => pictureAddress(new TextEncoder().encode("<svg/>"))).toThrow("neither PNG");
});

test.each(["https://example.org/a.png", "data:text/html;base64,AAAA", 'data:image/png;base64,AA" onerror="x', ""])(
  "refuses the address %s",
  (address) => {
    expect(() => checkedAddress(address)).toThrow("must hold a PNG");
  },
);
