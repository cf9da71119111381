import { describe, expect, test } from "vitest";
import type { Card } from "#bot/slack/blocks/card.ts";
import {
  connectModel,
  done,
  help,
  inviteFirst,
  lateClick,
  list,
  refusal,
  started,
  status,
  twoReadings,
  unknownWord,
} from "#bot/slack/blocks/private.ts";
import { readCommand } from "#bot/slack/grammar.ts";
import {
  aConsultation,
  aDoneRelease,
  anAnswer,
  aRelease,
  aRun,
  aStep,
  CONTEXT,
  NOON,
} from "#test/support/card-states.ts";
import { acceptable, actionIds, asRead, seen } from "#test/support/read-card.ts";

const shown = (card: Card): string => seen(acceptable(card).blocks);
const DRAFT = "7f1c2a44-0a51-4c6a-9d0e-3b0f6c1d2e3f";

describe("what only one person sees", () => {
  test("a refusal is the rules' sentence, with names", () => {
    expect(shown(refusal("Only <@U02BOB> or <@U03CAROL> can answer this.", CONTEXT))).toBe(
      "Only Bob or Carol can answer this.",
    );
  });

  test("a late click is told who decided, and when", () => {
    const settled = aConsultation({ state: "settled", answer: anAnswer(), endedAt: NOON });
    expect(shown(lateClick(settled, CONTEXT))).toBe(
      "✓ Approved by Bob 14:32 UTC. Your click changed nothing.",
    );
    expect(shown(lateClick(aConsultation({ state: "expired", endedAt: NOON }), CONTEXT))).toContain(
      "it expired 2026-11-21 14:00 UTC",
    );
    expect(shown(lateClick(aConsultation({ state: "withdrawn" }), CONTEXT))).toContain("has ended");
  });

  test("help fits on one screen", () => {
    const lines = shown(help(CONTEXT)).split("\n");
    expect(lines.length).toBeLessThanOrEqual(14);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(70);
  });

  test.each([
    [
      "/goal run release version=1.2.3",
      { kind: "run", workflow: "release", parameters: { version: "1.2.3" } },
    ],
    ["/goal Add a health check to billing", { kind: "goal", text: "Add a health check to billing" }],
    ["/goal status", { kind: "status", goal: null }],
    ["/goal", { kind: "form" }],
    ["/goal list", { kind: "list" }],
    ["/goal status g14", { kind: "status", goal: 14 }],
    ["/goal cancel g14", { kind: "cancel", goal: 14 }],
    [
      "/goal rework g14 what should be different",
      { kind: "rework", goal: 14, feedback: "what should be different" },
    ],
  ])("help says %s, and that is what it means", (typed, reading) => {
    expect(shown(help(CONTEXT))).toContain(`\`${typed}\``);
    expect(readCommand(typed.replace("/goal", ""), ["release"])).toEqual({ first: reading, or: null });
  });

  test("a list names goals and workflows as they are typed", () => {
    expect(shown(list([aRelease()], [{ name: "release", parameters: ["version"] }]))).toBe(
      "Under way (1)\ng14 Release billing 0.2.0 · ✋ Waiting · 2 of 4 steps\nWorkflows (1)\n`/goal run release version=…`",
    );
    expect(shown(list([], []))).toContain("Nothing runs.");
    const many = list(
      Array(50).fill(aRelease()),
      Array.from({ length: 50 }, () => ({ name: "w".repeat(40), parameters: Array(9).fill("p".repeat(40)) })),
    );
    expect(shown(many).match(/… and 35 more/g)).toHaveLength(2);
  });

  test("status says which goal it took, and where it stands", () => {
    const text = shown(status({ run: aRelease(), questions: [aConsultation()] }, CONTEXT, true));
    expect(text).toContain(
      "g14 Release billing 0.2.0\n✋ Waiting · 2 of 4 steps\n✋ Waiting for Bob or Carol since 14:00 UTC",
    );
    expect(text).toContain("✓ Run the tests · 40 s · 12 tests passed");
    expect(text).toContain("(Your latest goal in this channel)");
    const long = aRun({
      steps: Array.from({ length: 300 }, (_, i) => aStep(`s${i}`, { title: "&".repeat(120) })),
    });
    expect(shown(status({ run: long, questions: [] }, CONTEXT, false))).toContain("… and 288 more");
  });

  test("two readings are two buttons, and nothing has begun", () => {
    const card = acceptable(
      twoReadings(DRAFT, { typed: `run the ${"x".repeat(300)}`, command: "Run the workflow “the”" }),
    );
    expect(actionIds(card.blocks)).toEqual(["draft.start:command", "draft.start:goal"]);
    expect(seen(card.blocks)).toContain(
      "Nothing has begun yet.\n[Run the workflow “the”] [Start it as a goal: run the",
    );
  });

  test("where we can't post, the goal is kept", () => {
    const card = acceptable(inviteFirst(DRAFT, CONTEXT));
    expect(seen(card.blocks)).toBe(
      "Type `/invite @Countersign` here, then press Start it now.\nI can't post in this channel yet. Your goal is kept.\n[Start it now]",
    );
  });

  test("an unknown word gets the nearest one", () => {
    expect(shown(unknownWord("statsu", "status"))).toContain("Did you mean `/goal status`?");
    expect(shown(unknownWord("<!here>", null))).toContain("“<!here>” is no command.");
  });

  test("how a model is connected names the variables of the configuration", () => {
    expect(shown(connectModel())).toContain("`ANTHROPIC_API_KEY=…`");
  });

  test("a status says where the goal stands outside, and opens it there", () => {
    const links = [
      { label: "Open PAY-7", url: "https://acme.atlassian.net/browse/PAY-7" },
      { label: "Open the page", url: "https://acme.atlassian.net/wiki/x" },
    ];
    const outside = { links, lines: ["◐ Jira is 12 minutes behind: 503"] };
    const card = acceptable(
      status(
        { run: aRelease(), questions: [] },
        { ...CONTEXT, threadLink: "https://x.example/t" },
        false,
        outside,
      ),
    );
    expect(seen(card.blocks)).toMatch(
      /\n◐ Jira is 12 minutes behind: 503\n\[Open thread\] \[Open PAY-7\] \[Open the page\]/,
    );
    expect(new Set(actionIds(card.blocks)).size).toBe(3);
  });

  test("what became of a command says which goal was meant", () => {
    expect(shown(done("Cancelled", aDoneRelease(), CONTEXT))).toMatch(
      /^Cancelled g14 Release billing 0.2.0\. ✓ Done/,
    );
    expect(shown(started(aRelease(), { ...CONTEXT, threadLink: "https://example.com/t" }))).toBe(
      "g14 Release billing 0.2.0 has begun.\n[Open thread]",
    );
    expect(asRead(started(aRelease(), CONTEXT).text)).toBe("g14 has begun: Release billing 0.2.0");
  });
});
