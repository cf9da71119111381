import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CALLS_KEPT, keptCalls, recordCall } from "#integrations/local-slack/state/calls.ts";
import { addMessage } from "#integrations/local-slack/state/messages.ts";
import { openState, type State, type Where } from "#integrations/local-slack/state.ts";

let dir: string;
let state: State;
let nowMs: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "local-slack-"));
  nowMs = 1_763_712_000_000;
  state = openState(dir, () => nowMs);
});
afterEach(() => {
  state.close();
  rmSync(dir, { recursive: true });
});

const again = () => {
  state.close();
  state = openState(dir, () => nowMs);
};

test("a new workspace has its people, channels and direct messages, the app among them", () => {
  expect(state.people.keys()).toEqual(["U01ALICE", "U02BOB", "U03CAROL", "U04DAVE", "UCSIGN01"]);
  expect(state.people.get("U02BOB")).toMatchObject({ email: "bob@example.com", isBot: false });
  expect(state.channels.keys()).toEqual([
    "C01GENERAL",
    "C02DEPLOYS",
    "D01ALICE",
    "D02BOB",
    "D03CAROL",
    "D04DAVE",
  ]);
  expect(state.channels.get("D02BOB")?.members).toEqual(["U02BOB", "UCSIGN01"]);
  expect(statSync(join(dir, "state.jsonl")).mode & 0o777).toBe(0o600);
});

test("a ts is later than all before, also after a restart with a clock that went back", () => {
  const draft = { user: "U01ALICE", text: "x" };
  const first = addMessage(state, "C01GENERAL", draft);
  expect(first.ts).toBe("1763712000.000000");
  expect(addMessage(state, "C02DEPLOYS", draft).ts).toBe("1763712000.000001");
  nowMs -= 60_000;
  again();
  expect(state.nextTs()).toBe("1763712000.000002");
});

test("a change is told once, when it is all done; what nobody sees is not told", () => {
  const told: Where[] = [];
  const stop = state.onChange((where) => {
    expect(state.reads.get("b")).toBe("2");
    told.push(where);
  });
  state.change({ channel: "C01GENERAL" }, () => {
    state.reads.put("a", "1");
    state.keep(() => state.reads.put("b", "2"));
  });
  state.keep(() => state.reads.put("c", "3"));
  stop();
  state.change({}, () => state.reads.remove("a"));
  expect(told).toEqual([{ channel: "C01GENERAL" }]);
  again();
  expect(state.reads.keys()).toEqual(["b", "c"]);
});

test("the newest calls are kept, and how many are gone is known", () => {
  const call = { method: "chat.update", args: {}, ok: true };
  for (let at = 1; at <= CALLS_KEPT + 2; at += 1) recordCall(state, { at, ...call });
  again();
  const { calls, dropped } = keptCalls(state);
  expect([calls.length, calls[0]?.at, dropped]).toEqual([CALLS_KEPT, 3, 2]);
});
