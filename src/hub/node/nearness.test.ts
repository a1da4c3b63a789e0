import { expect, test } from "vitest";
import { nearness } from "./nearness.ts";

test.each([
  ["example.com", 0],
  ["8.8.8.8", 0],
  ["[2606:4700::1111]", 0],
  ["172.32.0.1", 0],
  ["10.1.2.3", 1],
  ["172.16.0.1", 1],
  ["192.168.1.1", 1],
  ["100.64.0.1", 1],
  ["[fd12:3456::1]", 1],
  ["[::ffff:10.0.0.1]", 1],
  ["localhost", 2],
  ["localhost.", 2],
  ["model.localhost", 2],
  ["127.0.0.1", 2],
  ["127.1", 2],
  ["0x7f000001", 2],
  ["2130706433", 2],
  ["0.0.0.0", 2],
  ["169.254.169.254", 2],
  ["[::1]", 2],
  ["[::]", 2],
  ["[fe80::1]", 2],
  ["[::ffff:127.0.0.1]", 2],
])("%s is as near as %i", (host, near) => {
  expect(nearness(new URL(`https://${host}/`).hostname)).toBe(near);
});
