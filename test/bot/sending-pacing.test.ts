import { expect, test } from "vitest";
import { createPacing, LIMITS } from "#bot/slack/sending/pacing.ts";
import type { Rank } from "#db/messages.ts";
import type { Due } from "#db/messages-due.ts";

const due = (kind: Due["kind"], rank: Rank = 2, more: Partial<Due> = {}): Due => ({
  ...{ kind, rank, id: "m1", workspaceId: "T1", channelId: "C1", threadTs: null, failures: 0 },
  ...more,
});

/** A pacing whose clock stands still, and one that sends as soon as it may, for so long. */
function paced() {
  let now = 1_000;
  const pacing = createPacing(LIMITS, () => now);
  const sendFor = (ms: number, next: (n: number) => Due): readonly number[] => {
    const [end, sent]: [number, number[]] = [now + ms, []];
    for (let n = 0; ; n += 1) {
      const at = Math.max(now, pacing.readyAt(next(n)));
      if (at >= end) break;
      now = at;
      pacing.count(next(n));
      sent.push(now);
    }
    now = end;
    return sent;
  };
  const most = (sent: readonly number[]): number =>
    Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + LIMITS.minuteMs).length));
  return { pacing, sendFor, most, now: () => now };
}

test("one post a second goes into a channel", () => {
  const { sendFor } = paced();
  expect(sendFor(10_000, () => due("post"))).toHaveLength(10);
});

test("never more than fifty updates go out in any minute, however many there are", () => {
  const { sendFor, most } = paced();
  const sent = sendFor(600_000, (n) => due("update", 0, { id: `m${n}` }));
  expect(most(sent)).toBe(50);
  expect(sent.length).toBeGreaterThanOrEqual(500);
});

test("progress leaves a fifth of a minute to decisions, and is not all spent at once", () => {
  const { sendFor, most, pacing, now } = paced();
  const sent = sendFor(600_000, (n) => due("update", 2, { id: `m${n}` }));
  expect(most(sent)).toBeLessThanOrEqual(40);
  const pauses = sent.slice(1).map((at, i) => at - (sent[i] ?? 0));
  expect(Math.max(...pauses)).toBeLessThan(3_000);
  expect(pacing.readyAt(due("update", 0))).toBeLessThanOrEqual(now());
});

test("one message's progress changes every second, and every three when there is little left", () => {
  const { sendFor, pacing, now } = paced();
  pacing.count(due("update"));
  expect(pacing.readyAt(due("update"))).toBe(now() + 1_000);
  for (let n = 0; n < 11; n += 1) pacing.count(due("update", 2, { id: `other${n}` }));
  expect(pacing.readyAt(due("update"))).toBe(now() + 3_000);
  expect(sendFor(60_000, () => due("update")).length).toBeGreaterThanOrEqual(20);
});

test("a limit holds what is less urgent, and nothing that is more urgent or another method or workspace", () => {
  const { pacing, now } = paced();
  pacing.block(due("update", 1), 30_000);
  const waits = (one: Due) => Math.max(0, pacing.readyAt(one) - now());
  expect(waits(due("update", 1))).toBe(30_000);
  expect(waits(due("update", 2))).toBe(30_000);
  expect(waits(due("update", 0))).toBe(0);
  expect(waits(due("post", 1))).toBe(0);
  expect(waits(due("update", 1, { workspaceId: "T2" }))).toBe(0);
});
