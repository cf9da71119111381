import { describe, expect, it } from "vitest";
import { pageOf, titleOf } from "#bot/sync/confluence/page.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Brief } from "#engine/run/run.ts";
import { storageOf } from "#integrations/confluence/storage.ts";
import { consultationAfter, NOON } from "#test/support/given.ts";
import { linesOf, storyOf } from "#test/support/page-story.ts";
import {
  answer,
  asked,
  began,
  command,
  model,
  person,
  question,
  started,
  succeeded,
} from "#test/support/sample-run.ts";

const plan = [command("build"), model("write", ["build"]), person("approve", "approval", ["write"])];
const begun = (changes: Partial<Brief> = {}) => storyOf(started(plan, changes));

describe("what a run's page shows", () => {
  it("is what it is for, who asked, its project, how it stands, when and how long", () => {
    const story = storyOf([
      ...started([command("build")], {
        projectName: "billing",
        workflow: "release",
        parameters: { version: "0.2.0" },
      }),
      began("build"),
      succeeded("build"),
      { type: "run.succeeded" },
    ]);
    const page = linesOf(story, "https://acme.slack.com/archives/C1/p1");
    for (const words of [
      "Goal Release billing 0.2.0",
      "Number g14 in Slack",
      "State Done 1 of 1 steps done",
      "Asked by Alice",
      "Project billing",
      "Workflow release (version: 0.2.0)",
      "Asked Friday 2 January 2026, 12:00 UTC",
      "Ended Friday 2 January 2026, 12:00 UTC",
      "Took 6 s, of which",
    ])
      expect(page.replaceAll("\n", " ")).toContain(words);
  });

  it("has all parts in this order", () => {
    const headings = storageOf(pageOf(begun(), undefined)).match(/<h2>[^<]*<\/h2>/g);
    expect(headings?.map((one) => one.slice(4, -5))).toEqual([
      ...["Overview", "Requirements", "Plan", "Questions and decisions"],
      ...["Agent communication", "Results", "Timeline"],
    ]);
  });

  it("is the plan as a table, with who does what after what", () => {
    const page = linesOf(begun({ requirements: ["Keep the API"] })).replaceAll("\n", " ");
    expect(page).toContain("Requirements Keep the API");
    expect(page).toMatch(/1 Do build command make build low next/);
    expect(page).toMatch(/2 Do write Coder · gpt-x Do build low pending/);
    expect(page).toMatch(/3 Do approve a reviewer Do write low pending/);
  });

  it("is who answered what, with names in the place of ids", () => {
    const policy = { people: ["U02BOB"], channel: "C1", fourEyes: "when_possible" } as const;
    const opened = { type: "consultation.opened", question: { ...question, why: "Ask <@U02BOB>." } } as const;
    const consultation: Consultation = consultationAfter(
      {
        ...opened,
        policy,
        requester: "U01ALICE",
        origin: { runId: "r1", key: "approve" },
        expiresAt: NOON + 1,
      } as never,
      { type: "consultation.settled", answer: answer("request_changes", "Not yet, <@U01ALICE>") },
    );
    const page = linesOf({ ...begun(), questions: [consultation] }).replaceAll("\n", " ");
    expect(page).toContain("Tag billing v0.2.0?");
    expect(page).toContain("Changes asked for by Bob, Friday 2 January 2026, 12:00 UTC Not yet, Alice");
    expect(page).toContain("Put to Bob");
    expect(page).toContain("Why Ask Bob.");
    expect(page).toContain("Risk medium");
    expect(page).not.toContain("U02BOB");
  });

  it("is what agents said, what people told them, and what happened when", () => {
    const story = storyOf([
      ...started(plan),
      began("build"),
      { type: "step.progressed", key: "build", note: "compiling" },
      { type: "run.guided", guidance: { by: "U02BOB", text: "Be quick, <@U01ALICE> waits" } },
      succeeded("build"),
      { type: "step.ready", key: "write" },
      began("write"),
      asked("write"),
    ]);
    const page = linesOf(story).replaceAll("\n", " ");
    expect(page).toContain("2026-01-02 12:00:05 command make build Do build compiling");
    expect(page).toContain("2026-01-02 12:00:06 Bob The run Be quick, Alice waits");
    expect(page).toContain("command make build Do build 12 tests passed");
    expect(page).toContain("Coder · gpt-x Do write Asks: Tag billing v0.2.0?");
    expect(page).toContain("When (UTC) What 2026-01-02 12:00:00 Alice asked for it");
    expect(page).toContain("2026-01-02 12:00:04 Do build began");
    expect(page).toContain("Do build is done");
  });

  it("names whoever typed a workflow's name by what it does", () => {
    const page = linesOf(begun({ workflow: "release", text: "run release" })).replaceAll("\n", " ");
    expect(page).toContain("Goal Release billing 0.2.0");
    expect(page).not.toContain("run release");
  });

  it("is a person's answer, told once, to what Countersign asked; their step begins and ends with it", () => {
    const story = storyOf([
      ...started([person("approve", "approval")]),
      began("approve"),
      asked("approve"),
      { type: "step.answered", key: "approve", answer: answer("approve", "Go") },
      began("approve", 2),
      { type: "step.succeeded", key: "approve", output: { summary: "Approved" } },
    ]);
    const page = linesOf(story).replaceAll("\n", " ");
    expect(page).toContain("Countersign Do approve Asks: Tag billing v0.2.0?");
    expect(page).not.toContain("Bob Do approve Asks");
    expect(page.match(/Bob Do approve Approved/g)).toHaveLength(1);
    expect(page).not.toContain("Do approve began");
    expect(page).toContain("Do approve is done");
  });

  it("is what came of it: texts, numbers, what commands left, and the log of what failed", () => {
    const output = {
      ...{ summary: "Wrote it", text: "First part.\n\nSecond part.", testsPassed: 3, commit: "a".repeat(40) },
      values: { tag: "v0.2.0" },
    };
    const story = storyOf([
      ...started([model("write")]),
      began("write"),
      { type: "step.succeeded", key: "write", output },
      { type: "run.succeeded" },
    ]);
    const page = storageOf(pageOf(story, undefined));
    expect(page).toContain("<p>First part.</p><p>Second part.</p>");
    expect(page).toContain("<code>tag = v0.2.0</code>");
    expect(page).toContain("<code>aaaaaaaaaaaa</code>");
    expect(page).toContain("3 tests passed");
    const failed = storyOf([
      ...started([command("build")]),
      began("build"),
      { type: "step.failed", key: "build", reason: "exit 1", log: "boom", notBefore: null },
      { type: "run.failed", reason: "exit 1" },
    ]);
    expect(storageOf(pageOf(failed, undefined))).toMatch(/Log of Do build.*<!\[CDATA\[boom\]\]>/);
  });

  it("says of a rehearsal that it is one", () => {
    expect(linesOf(begun({ rehearsed: true }))).toContain("A rehearsal: no model is set");
  });
});

describe("a page's title", () => {
  it("is the workflow's name and the goal's number; the second of its name says so", () => {
    expect(titleOf(begun(), 1)).toBe("Workflow: Release billing 0.2.0 · g14");
    expect(titleOf(begun(), 2)).toBe("Workflow: Release billing 0.2.0 · g14 (2)");
  });

  it("is one line that Confluence takes, whatever the goal is called", () => {
    const title = titleOf(begun({ title: `\u0000a\nb\u202e<script>${"🦊".repeat(70)}` }), 50);
    expect(title).toMatch(/^Workflow: a b<script>🦊/);
    expect(title.length).toBeLessThanOrEqual(255);
    expect(title.isWellFormed()).toBe(true);
    expect(titleOf(begun({ title: "\u0000" }), 1)).toBe("Workflow: A goal · g14");
  });
});
