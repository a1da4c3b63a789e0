import { expect, it } from "vitest";
import { Interrupt } from "./interrupt.ts";

function interrupt() {
  const seen: string[] = [];
  const clock = { ms: 0 };
  const press = new Interrupt({
    now: () => clock.ms,
    warn: (during) => seen.push(during),
    quit: () => seen.push("quit"),
  });
  return { press, seen, clock };
}

it("warns once, then quits", () => {
  const { press, seen, clock } = interrupt();
  expect(press.signal.aborted).toBe(false);
  press.press();
  clock.ms = 1000;
  press.press();
  expect(press.signal.aborted).toBe(true);
  expect(seen).toEqual(["work", "quit"]);
});

it("takes the signal that npm passes on for the same key", () => {
  const { press, seen, clock } = interrupt();
  press.press();
  clock.ms = 20;
  press.press();
  expect(seen).toEqual(["work"]);
});

it("says that it is a fetch that ends, as long as one goes on", async () => {
  const { press, seen } = interrupt();
  await press.fetching(async () => press.press());
  expect(seen).toEqual(["fetch"]);
  const later = interrupt();
  await expect(later.press.fetching(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  later.press.press();
  expect(later.seen).toEqual(["work"]);
});
