import { expect, test } from "vitest";
import { readTrace } from "./ort-trace.ts";

const node = (name: string, op: string, dur: number) => ({
  ...{ cat: "Node", pid: 1, tid: 1, dur, ts: 3, ph: "X" },
  ...{ name: `${name}_kernel_time`, args: { op_name: op, provider: "CPUExecutionProvider" } },
});
const session = (name: string, dur: number) => ({ cat: "Session", dur, ts: 1, ph: "X", name, args: {} });

test("nodes belong to the run that is told of after them", () => {
  const events = [
    session("session_initialization", 9000),
    ...[node("a", "Conv", 1500), node("b_kernel_time", "Relu", 250), session("SequentialExecutor::Execute", 1800)],
    session("model_run", 2000),
    ...[node("a", "Conv", 1000), session("model_run", 1100)],
  ];
  expect(readTrace(JSON.stringify(events))).toEqual([
    {
      ms: 2,
      nodes: [
        { name: "a", op: "Conv", ms: 1.5 },
        { name: "b_kernel_time", op: "Relu", ms: 0.25 },
      ],
    },
    { ms: 1.1, nodes: [{ name: "a", op: "Conv", ms: 1 }] },
  ]);
});

test.each(["[{", '{"cat": "Node"}'])("refuses %s", (text) => {
  expect(() => readTrace(text)).toThrow(expect.objectContaining({ code: "engine-failed" }));
});
