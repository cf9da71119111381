import { expect, test } from "vitest";
import { readCommand } from "#bot/slack/grammar.ts";

const certain: [typed: string, reading: object][] = [
  ["", { kind: "form" }],
  ["help", { kind: "help" }],
  ["LIST", { kind: "list" }],
  ["status", { kind: "status", goal: null }],
  ["status g14", { kind: "status", goal: 14 }],
  ["cancel G3", { kind: "cancel", goal: 3 }],
  ["rework g2 use two factors", { kind: "rework", goal: 2, feedback: "use two factors" }],
  ["run release version=1.2.3", { kind: "run", workflow: "release", parameters: { version: "1.2.3" } }],
  [
    'run release note="two words" x=',
    { kind: "run", workflow: "release", parameters: { note: "two words", x: "" } },
  ],
  [
    "run release note=“curly quotes”",
    { kind: "run", workflow: "release", parameters: { note: "curly quotes" } },
  ],
  ["run the tests", { kind: "goal", text: "run the tests" }],
  ["cancel the old subscriptions", { kind: "goal", text: "cancel the old subscriptions" }],
  ["status page for billing", { kind: "goal", text: "status page for billing" }],
  ["help new users find the docs", { kind: "goal", text: "help new users find the docs" }],
  ["Ship the health check", { kind: "goal", text: "Ship the health check" }],
  ["compare a &lt; b &amp;&amp; c", { kind: "goal", text: "compare a < b && c" }],
];

test.each(certain)("“/goal %s” means one thing", (typed, reading) => {
  expect(readCommand(typed, ["release"])).toEqual({ first: reading, or: null });
});

test("where a workflow of that name exists but the rest is no parameter, both readings are offered", () => {
  expect(readCommand("run the tests", ["the"])).toEqual({
    first: { kind: "run", workflow: "the", parameters: {} },
    or: { kind: "goal", text: "run the tests" },
  });
});

test("feedback without a number could as well be a new goal", () => {
  expect(readCommand("rework the login page", [])).toEqual({
    first: { kind: "rework", goal: null, feedback: "the login page" },
    or: { kind: "goal", text: "rework the login page" },
  });
});

test("a slip of the fingers is answered with the nearest command", () => {
  expect(readCommand("cancle", [])).toEqual({
    first: { kind: "cancel", goal: null },
    or: { kind: "goal", text: "cancle" },
  });
  expect(readCommand("hepl", []).first).toEqual({ kind: "help" });
  expect(readCommand("paint", [])).toEqual({ first: { kind: "goal", text: "paint" }, or: null });
});

const slipped: [typed: string, meant: object][] = [
  ["statsu g1", { kind: "status", goal: 1 }],
  ["cancle g12", { kind: "cancel", goal: 12 }],
  ["rewrok g2 with tests", { kind: "rework", goal: 2, feedback: "with tests" }],
  ["run relase version=1.2.3", { kind: "run", workflow: "release", parameters: { version: "1.2.3" } }],
  ["rnu release version=1.2.3", { kind: "run", workflow: "release", parameters: { version: "1.2.3" } }],
];

test.each(slipped)(
  "“/goal %s” is a slip as long as what follows leaves no doubt: both are offered",
  (typed, first) => {
    expect(readCommand(typed, ["release"])).toEqual({ first, or: { kind: "goal", text: typed } });
  },
);

test.each(["lost the plot", "state of the union", "run relase of billing", "cancels are slow", "run tests"])(
  "“/goal %s” is only a goal: no subcommand fits the rest",
  (typed) => {
    expect(readCommand(typed, ["release"])).toEqual({ first: { kind: "goal", text: typed }, or: null });
  },
);
