import { expect, test } from "vitest";
import { apply } from "#engine/run/apply.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { decide } from "#engine/run/decide.ts";
import { MOST_STEPS, type Plan } from "#engine/run/plan.ts";
import { noRun } from "#engine/run/run.ts";
import { NOON } from "#test/support/given.ts";
import { brief, command, output } from "#test/support/sample-run.ts";

const keys = Array.from({ length: MOST_STEPS }, (_, i) => `s${i}`);
const [first = "", ...rest] = keys;

const SHAPES: Record<string, Plan> = {
  "one after the other": keys.map((key, i) => command(key, keys.slice(Math.max(0, i - 1), i))),
  "all at once, then one that waits for all": [...rest.map((key) => command(key)), command(first, rest)],
  "each waiting for the twenty before it, written backwards": keys
    .map((key, i) => command(key, keys.slice(Math.max(0, i - 20), i)))
    .toReversed(),
};

test.each(Object.entries(SHAPES))("a plan of the most steps, %s, is worked off to its end", (_, plan) => {
  let run = noRun("r1", "T01LOCAL");
  const submit = (asked: RunCommand) => {
    run = decide(run, asked, NOON).reduce((state, fact) => apply(state, fact, NOON), run);
  };
  submit({ type: "request", brief: brief(), plan });
  const ready = () => run.steps.flatMap(({ key, status }) => (status === "ready" ? [key] : []));
  for (let now = ready(); now.length > 0; now = ready())
    for (const key of now) {
      submit({ type: "begin attempt", key, lease: key, worker: "w1" });
      submit({ type: "finish step", key, lease: key, output });
    }
  expect(run.status).toBe("succeeded");
  expect(run.steps.map(({ attempt }) => attempt)).toEqual(plan.map(() => 1));
});
