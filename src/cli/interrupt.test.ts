import { expect, it } from "vitest";
import { Interrupt } from "./interrupt.ts";

function interrupt() {
  const seen: string[] = [];
  const clock = { ms: 0 };
  const press = new Interrupt({ now: () => clock.ms, warn: () => seen.push("warn"), quit: () => seen.push("quit") });
  return { press, seen, clock };
}

it("warns once, then quits", () => {
  const { press, seen, clock } = interrupt();
  expect(press.aborted).toBe(false);
  press.press();
  clock.ms = 1000;
  press.press();
  expect(press.aborted).toBe(true);
  expect(seen).toEqual(["warn", "quit"]);
});

it("takes the signal that npm passes on for the same key", () => {
  const { press, seen, clock } = interrupt();
  press.press();
  clock.ms = 20;
  press.press();
  expect(seen).toEqual(["warn"]);
});
