import { expect, test } from "vitest";
import { jsonLines, lastLine } from "./json-lines.ts";
import { toldJob, toldRun, toldStep } from "./told.ts";

test("only whole JSON objects count among what a program prints", () => {
  expect(jsonLines('WARNING: slow\n{"a":1}\n{not json}\n[2]\n  {"b":2}\n')).toEqual([{ a: 1 }, { b: 2 }]);
});

test("the last line that says something is why a program gave up", () => {
  expect(lastLine("Traceback\n  ImportError: no torch \n\n")).toBe("ImportError: no torch");
  expect(lastLine(" \n")).toBeUndefined();
});

test("a step is the last JSON line, of a peer or of regraft bench", () => {
  const peer = 'oneDNN is on\n{"stepMs": 12.5, "peakRssMb": 300, "versions": {"torch": "2.13.0"}}\n';
  expect(toldStep(peer)).toEqual({ stepMs: 12.5, peakRssMb: 300, versions: { torch: "2.13.0" } });
  expect(toldStep('{"type":"result","stepMs":9,"peakRssMb":80,"gflops":120}')).toMatchObject({
    stepMs: 9,
    peakRssMb: 80,
  });
});

test("what is no step is none", () => {
  expect(toldStep("")).toBeUndefined();
  expect(toldStep('{"stepMs":0,"peakRssMb":80}')).toBeUndefined();
  expect(toldStep('{"stepMs":9,"peakRssMb":80}\n{"type":"error"}')).toBeUndefined();
});

test("a peer tells its job in one line", () => {
  const line = '{"headSeconds": 90, "tuneSeconds": 60, "accuracy": 0.96, "pretrained": true, "versions": {}}';
  expect(toldJob(line)).toEqual({ headSeconds: 90, tuneSeconds: 60, accuracy: 0.96, versions: {} });
});

test("ours is read off regraft train: seconds of the phases, the best of all epochs", () => {
  const lines = [
    { type: "epoch", phase: "head", epoch: 1, valAccuracy: 0.91 },
    { type: "epoch", phase: "head", epoch: 2, valAccuracy: 0.97 },
    { type: "epoch", phase: "tune", epoch: 3, valAccuracy: 0.95 },
  ];
  const phases = [
    { name: "head", epochs: 2, seconds: 8 },
    { name: "tune", epochs: 1, seconds: 20 },
  ];
  const output = [...lines, { type: "result", phases }].map((line) => JSON.stringify(line)).join("\n");
  expect(toldRun(output)).toEqual({ headSeconds: 8, tuneSeconds: 20, accuracy: 0.97, versions: {} });
  expect(toldRun(JSON.stringify({ type: "result", phases }))).toBeUndefined();
});
