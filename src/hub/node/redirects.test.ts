import { expect, test } from "vitest";
import { whyNotFollowed } from "./redirects.ts";

test.each([
  ["https://hub.example", "https://files.example/x"],
  ["https://10.0.0.1", "https://192.168.0.1/x"],
  ["https://10.0.0.1", "https://files.example/x"],
  ["https://localhost", "https://files.example/x"],
  ["http://127.0.0.1:80", "http://localhost:81/x"],
])("%s may lead to %s", (from, to) => {
  expect(whyNotFollowed(new URL(from), new URL(to))).toBeUndefined();
});

test.each([
  ["https://hub.example", "http://hub.example/x", "hub.example without encryption"],
  ["https://hub.example", "http://10.0.0.1/x", "10.0.0.1 without encryption"],
  ["https://hub.example", "file:///etc/passwd", " without encryption"],
  ["https://hub.example", "data:text/plain,x", " without encryption"],
  ["http://localhost", "http://files.example/x", "files.example without encryption"],
  ["https://hub.example", "http://localhost:8000/x", "this machine (localhost:8000)"],
  ["https://hub.example", "https://127.1/x", "this machine (127.0.0.1)"],
  ["https://hub.example", "https://[::ffff:127.0.0.1]/x", "this machine ([::ffff:7f00:1])"],
  ["https://hub.example", "https://169.254.169.254/latest/meta-data", "this machine (169.254.169.254)"],
  ["https://10.0.0.1", "https://169.254.169.254/latest", "this machine (169.254.169.254)"],
  ["https://hub.example", "https://192.168.1.1/x", "a private network (192.168.1.1)"],
  ["https://8.8.8.8", "https://[fd00::1]/x", "a private network ([fd00::1])"],
])("%s may not lead to %s", (from, to, why) => {
  expect(whyNotFollowed(new URL(from), new URL(to))).toBe(why);
});

test("what is no address is not followed", () => {
  expect(whyNotFollowed(new URL("https://hub.example"), undefined)).toBe("no address without encryption");
});
