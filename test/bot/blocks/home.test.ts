import { describe, expect, test } from "vitest";
import { type HomeState, homeView } from "#bot/slack/blocks/home.ts";
import type { Run } from "#engine/run/run.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import {
  aBrief,
  aConsultation,
  aDoneRelease,
  aQuestion,
  aRelease,
  CONTEXT,
  MINUTE,
} from "#test/support/card-states.ts";
import { actionIds, seen } from "#test/support/read-card.ts";

const week = {
  goalsDone: 3,
  goalsEnded: 4,
  medianAnswerMs: 12 * MINUTE,
  modelCalls: 80,
  modelTokens: 1_234_567,
};
const nothing: HomeState = {
  waiting: [],
  started: [],
  running: [],
  agents: [],
  week: { goalsDone: 0, goalsEnded: 0, medianAnswerMs: null, modelCalls: 0, modelTokens: 0 },
};
const context = {
  ...CONTEXT,
  linkOf: (run: Run) => (run.status === "running" ? "https://example.com/t" : undefined),
};
const shown = (state: HomeState) => {
  const view = homeView(state, context);
  expect(checkView(view).flaws).toEqual([]);
  return view;
};
const waiting = { consultation: aConsultation(), run: aRelease(), requesterAlone: false };

describe("the Home tab", () => {
  test("begins with what waits for its reader, with the buttons", () => {
    const state = {
      waiting: [waiting],
      started: [aDoneRelease()],
      running: [aRelease()],
      agents: [{ name: "command", state: "busy", detail: "2 of 4 at work" } as const],
      week,
    };
    expect(seen(shown(state).blocks)).toBe(
      [
        "Waiting for you (1)",
        "✋ Tag billing v0.2.0?",
        "12 tests passed · +9 −1 in 2 files · Commit a3f1c2d4e5",
        "[Open thread]",
        "(asked by Alice · medium risk · until 2026-11-24 14:00 UTC · g14 Release billing 0.2.0)",
        "[Approve: tag v0.2.0] [Request changes…] [Reject…] […]",
        "divider",
        "Started by you (1)",
        "g14 Release billing 0.2.0",
        "✓ Done in 33 min · 12 tests passed · +9 −1 in 2 files · approved by Bob",
        "Running now (1)",
        "g14 Release billing 0.2.0",
        "✋ Waiting · 2 of 4 steps",
        "[Open thread]",
        "divider",
        "Agents",
        "◐ command: busy · 2 of 4 at work",
        "This week",
        "3 of 4 goals done · median time to answer 12 min · 80 model calls, 1 234 567 tokens",
      ].join("\n"),
    );
  });

  test("keeps questions apart, and rehearsals behind what decides something", () => {
    const played = {
      ...waiting,
      consultation: aConsultation({ question: aQuestion({ what: "Played?", rehearsed: true }) }),
    };
    const text = seen(shown({ ...nothing, waiting: [played, waiting] }).blocks);
    expect(text).toMatch(/Tag billing v0\.2\.0\?[\s\S]*\ndivider\n✋ Played\?/);
  });

  test("tells of Jira and Confluence only where there is something to tell", () => {
    const lines = ["◐ Jira is 12 minutes behind: 503", "✕ Confluence is stuck at g3: no space ENG"];
    expect(seen(shown({ ...nothing, outside: lines }).blocks)).toContain(
      `\nJira and Confluence\n${lines.join("\n")}\n`,
    );
    expect(seen(shown({ ...nothing, outside: [] }).blocks)).not.toContain("Jira");
    expect(seen(shown(nothing).blocks)).not.toContain("Jira");
  });

  test("says so where there is nothing", () => {
    const text = seen(shown(nothing).blocks);
    expect(text).toContain("Waiting for you (0)\nNothing. Nobody waits for your answer.");
    expect(text).toContain("nobody was asked · no model was called");
  });

  test("has an id of its own for each button of many questions", () => {
    const options = Array.from({ length: 10 }, (_, i) => ({ key: `k${i}`, label: `Option ${i}` }));
    const decision = {
      ...waiting,
      consultation: aConsultation({ question: aQuestion({ type: "decision", options }) }),
    };
    const ids = actionIds(
      homeView({ ...nothing, waiting: [waiting, decision, waiting, decision] }, context).blocks as never,
    );
    const own = ids.filter((id) => id !== "link.open");
    expect(own.length).toBe(28);
    expect(new Set(own).size).toBe(28);
  });

  test("counts what does not fit", () => {
    const long = aRelease({ brief: aBrief({ title: "&".repeat(150) }) });
    const agents = Array.from({ length: 30 }, () => ({
      name: "&".repeat(80),
      state: "silent" as const,
      detail: "<".repeat(100),
    }));
    const many = {
      waiting: Array(40).fill(waiting),
      started: Array(40).fill(long),
      running: Array(40).fill(long),
      agents,
      week,
    };
    const text = seen(shown(many).blocks);
    expect(text.match(/… and \d+ more/g)).toEqual([
      "… and 30 more",
      "… and 32 more",
      "… and 32 more",
      "… and 15 more",
    ]);
  });

  test("offers the requester who is alone what the rules allow", () => {
    const policy = { people: [], channel: "C1", fourEyes: "when_possible" as const };
    const high = {
      ...waiting,
      requesterAlone: true,
      consultation: aConsultation({ policy, question: aQuestion({ risk: "high" }) }),
    };
    expect(seen(shown({ ...nothing, waiting: [high] }).blocks)).toContain("[Name a reviewer…]\n");
  });

  test("calls a rehearsal one", () => {
    const run = aRelease({ brief: aBrief({ rehearsed: true }) });
    const text = seen(shown({ ...nothing, waiting: [{ ...waiting, run }], running: [run] }).blocks);
    expect(text.match(/Rehearsal · /g)).toHaveLength(2);
  });
});
