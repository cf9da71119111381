import { describe, expect, it } from "vitest";
import { pageOf } from "#bot/sync/confluence/page.ts";
import type { RunStory } from "#bot/sync/follower.ts";
import { putSection } from "#integrations/confluence/marked-section.ts";
import { storageOf } from "#integrations/confluence/storage.ts";
import { keep } from "#test/support/atlassian/confluence/storage-format.ts";
import { consultationAfter, NOON } from "#test/support/given.ts";
import { linesOf, storyOf } from "#test/support/page-story.ts";
import { answer, began, command, model, question, started } from "#test/support/sample-run.ts";

/** What Confluence would keep of it; throws where it would refuse it. */
const kept = (story: RunStory) => keep(putSection("", story.run.id, pageOf(story, undefined)), () => "id");

describe("texts from outside", () => {
  const hostile = [
    '</ac:structured-macro></ac:rich-text-body><ac:structured-macro ac:name="html">',
    "{code}x{code} @alice [a|http://b] ]]> &nbsp; <!-- 🦊 שלום \u202e \u0000 \ud800",
  ].join("\n");

  it("stay text in every part", () => {
    const policy = { people: [hostile], channel: "C1", fourEyes: "never" as const };
    const evidence = [{ kind: "line", label: hostile.slice(0, 60), text: hostile }] as const;
    const consultation = consultationAfter(
      {
        ...{ type: "consultation.opened", policy, requester: hostile, origin: null, expiresAt: NOON },
        question: { ...question, what: hostile, why: hostile, evidence: [...evidence] },
      },
      { type: "consultation.settled", answer: { ...answer("approve", hostile), by: hostile } },
    );
    const step = {
      ...model("write"),
      title: hostile.slice(0, 120),
      instructions: hostile,
      acceptance: [hostile],
    };
    const output = { summary: hostile, text: hostile, log: hostile, values: { [hostile]: hostile } };
    const told = storyOf([
      ...started([step], {
        ...{ text: hostile, title: hostile.slice(0, 150), requirements: [hostile], requestedBy: hostile },
        ...{ projectName: hostile, feedback: hostile, agent: hostile.slice(0, 100), branch: hostile },
        ...{ workflow: "release", parameters: { [hostile]: hostile }, reviewers: [hostile] },
      }),
      began("write"),
      { type: "step.progressed", key: "write", note: hostile },
      { type: "step.failed", key: "write", reason: hostile, log: hostile, notBefore: NOON },
      { type: "run.guided", guidance: { by: hostile, text: hostile } },
      began("write", 2),
      { type: "step.succeeded", key: "write", output: { ...output, filesChanged: 1 } },
      { type: "run.cancelled", reason: hostile },
    ]);
    const story = { ...told, questions: [consultation] };
    const body = kept(story);
    expect(body).not.toContain('ac:name="html"');
    expect(body.match(/<\/ac:structured-macro>$|<p \/>$/)).not.toBeNull();
    expect(body.match(/ac:name="excerpt"/g)).toHaveLength(1);
  });

  it("of 100 kB are cut with a word, and the page stays small enough", () => {
    const text = "x ".repeat(50_000);
    const output = { summary: "s", text };
    const story = storyOf([
      ...started([{ ...model("write"), instructions: "y".repeat(20_000) }], { text: "z".repeat(10_000) }),
      began("write"),
      { type: "step.succeeded", key: "write", output },
      { type: "run.succeeded" },
    ]);
    expect(kept(story)).toContain("more characters are in Countersign.)");
    expect(kept(story).length).toBeLessThan(50_000);
  });

  it("that are too many for a page are left to Countersign, and the page says so", () => {
    const notes = Array.from({ length: 5_000 }, (_, i) => ({
      type: "step.progressed" as const,
      key: "build",
      note: `${i} ${"n".repeat(1_000)}`,
    }));
    const story = storyOf([...started([command("build")]), began("build"), ...notes]);
    const page = linesOf(story);
    expect(page).toContain("4700 more messages between these are in Countersign.");
    expect(page).toContain("4999 nnn");
    const wide = Array.from({ length: 300 }, (_, i) => ({
      ...model(`s${i}`),
      instructions: "&".repeat(2_000),
    }));
    const huge = storyOf(started(wide));
    expect(linesOf(huge)).toContain("This is too much for a page");
    expect(storageOf(pageOf(huge, undefined)).length).toBeLessThan(2_000_000);
  });
});
