import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn, readAdf } from "#test/support/e2e/jira.ts";
import { openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";

const database = await testDatabase();
const open = (...more: Parameters<typeof openJiraStage> extends [unknown, ...infer Rest] ? Rest : []) =>
  openJiraStage(database, ...more);
const plan = [model("build"), person("agree", "approval", ["build"])];

withContracts("an issue for a goal in words", () => {
  it("is made where the goal names none, with what was asked for, and is done with it", async () => {
    const { far, begin, begins, ends, asks, answers, settle } = await open();
    const id = await begin(plan, { requirements: ["No downtime"] });
    await settle(id);
    const [issue] = far.issues();
    expect(issue?.fields).toMatchObject({
      summary: expect.stringMatching(/^Release billing 0\.2\.0 \(g\d+\)$/),
      labels: ["countersign"],
      assignee: "5b10a:alice",
    });
    expect(issue?.type).toBe("10002");
    expect(readAdf(issue?.fields["description"])).toMatch(
      /^Goal\nRelease billing 0\.2\.0\nRequirements\nNo downtime\nAsked by Alice\nPlan\nDo build \(Coder\)\nDo agree \(a reviewer\)/,
    );
    expect(issue?.links[0]?.object).toMatchObject({ url: "https://acme.slack.com/archives/C02DEPLOYS/p1" });
    await begins(id, "build");
    await ends(id, "build");
    await begins(id, "agree");
    await asks(id, "agree");
    await settle(id);
    await answers(id, "agree", "approve");
    await begins(id, "agree");
    await ends(id, "agree");
    await settle(id);
    expect(far.issues()).toHaveLength(1);
    expect(far.statusOf(issue?.key ?? "")).toBe("Fertig");
    expect(commentsOn(far, issue?.key ?? "")).toEqual([
      "Started for Alice: 2 steps.",
      expect.stringMatching(/^Do agree\nA question is open: Tag billing/),
      "What the agents said\n[Coder] 12 tests passed",
      expect.stringMatching(
        /^Do agree\nApproved by Bob: “Tag billing v0\.2\.0\?”\n\nAnswered \(written, not applied\) in .* · approved by Bob/,
      ),
    ]);
    expect(far.doubles()).toEqual([]);
    expect(far.violations).toEqual([]);
  });

  it("is the one that the goal names, of the connected project: commented, moved, and else left as it is", async () => {
    const { far, begin, begins, ends, settle } = await open();
    const alice = far.person("alice");
    const key = alice.creates("PAY", "Task", "Login fails", { labels: ["ours"] });
    alice.creates("MOB", "Task", "Another");
    const id = await begin([model("build")], { text: `Fix MOB-1, no: ${key.toLowerCase()} please` });
    await settle(id);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    expect(far.issues()).toHaveLength(2);
    expect(far.issue(key).fields).toMatchObject({ summary: "Login fails", labels: ["ours"] });
    expect(far.issue(key).fields["assignee"] ?? null).toBeNull();
    expect(far.statusOf(key)).toBe("Fertig");
    expect(commentsOn(far, key)).toHaveLength(3);
    expect(far.issue(key).links).toHaveLength(1);
  });

  it("that people made is not closed when the goal is called off, nor by a rehearsal", async () => {
    const { far, begin, begins, ends, cancels, settle } = await open();
    const key = far.person("alice").creates("PAY", "Task", "Login fails");
    const off = await begin(plan, { text: `Fix ${key}` });
    await settle(off);
    await cancels(off);
    await settle(off);
    expect(far.statusOf(key)).toBe("In Arbeit");
    expect(commentsOn(far, key).at(-1)).toMatch(/^Cancelled after/);
    const other = far.person("alice").creates("PAY", "Task", "Logout fails");
    const played = await begin([model("build")], { text: `Fix ${other}`, rehearsed: true });
    await settle(played);
    await begins(played, "build");
    await ends(played, "build");
    await settle(played);
    expect(far.statusOf(other)).toBe("Offen");
    expect(commentsOn(far, other)[0]).toBe(
      "A rehearsal: no model is set, so nothing is changed.\nStarted for Alice: 1 step.",
    );
  });

  it.each(["Fix PAY-99", "Fix XPAY-1 and PAY-1-2 and PAY-0"])(
    "is a new one where there is none: %s",
    async (text) => {
      const { far, begin, settle } = await open();
      const id = await begin(plan, { text });
      await settle(id);
      expect(far.issues()).toHaveLength(1);
    },
  );

  it("is the same one again when the goal is worked on again, and a new one where that is deleted", async () => {
    const { far, begin, begins, ends, settle } = await open();
    const goalId = randomUUID();
    const first = await begin([model("build")], { goalId });
    await begins(first, "build");
    await ends(first, "build");
    await settle(first);
    const [issue] = far.issues();
    const key = issue?.key ?? "";
    expect(far.statusOf(key)).toBe("Fertig");
    const again = await begin([model("build")], { goalId, feedback: "With the API." });
    await settle(again);
    expect(far.issues()).toHaveLength(1);
    expect(far.statusOf(key)).toBe("In Arbeit");
    expect(commentsOn(far, key).at(-1)).toBe("Started again for Alice: 1 step.");
    far.person("alice").deletes(key);
    await settle(await begin([model("build")], { goalId, feedback: "Once more." }));
    expect(far.issues()).toHaveLength(1);
    expect(far.issues()[0]?.key).not.toBe(key);
  });

  it("is there when the planner is stuck, and learns of its plan when there is one", async () => {
    const { far, begin, settle, plans } = await open();
    const id = await begin(null);
    await settle(id);
    expect(far.calls).toEqual([]);
    await plans(id, null);
    await settle(id);
    const [issue] = far.issues();
    expect(commentsOn(far, issue?.key ?? "")).toEqual([
      "Blocked: the planner could not plan this. A person has to say how it goes on.\nNo idea.",
    ]);
    await plans(id, [command("tag")]);
    await settle(id);
    expect(readAdf(issue?.fields["description"])).toContain("Plan\nDo tag (command make tag)");
  });

  it("of a project whose settings say so is not written at all", async () => {
    const { far, begin, settle } = await open({ mode: "off" });
    await settle(await begin(plan));
    expect(far.calls).toEqual([]);
  });

  it("waits with the first write to a Jira project for somebody who lets it, and shows what it would be", async () => {
    const { far, begin, settle, look, said, connect } = await open();
    await connect({ project: "MOB" });
    const id = await begin(plan);
    await expect(look(id)).rejects.toThrow(Later);
    expect(far.calls).toEqual([]);
    expect(await said(id, "go-ahead")).toEqual([
      { text: "Countersign would write to Jira project MOB for the first time: may it?" },
    ]);
    await database.sql`update go_aheads set by = 'U02BOB', given_at = now() where place = ${`${far.url} MOB`}`;
    await settle(id);
    expect(far.issues()).toHaveLength(1);
    expect(await said(id, "go-ahead")).toEqual([
      { text: expect.stringMatching(/^✓ Bob let Countersign write to Jira project MOB/) },
    ]);
    const next = await begin(plan);
    await settle(next);
    expect(await said(next, "go-ahead")).toEqual([]);
  });

  it("of a goal that is called off before it began leaves no trace, and nobody is asked any more", async () => {
    const { far, begin, proposes, cancels, settle, look, said, connect } = await open();
    await connect({ project: "MOB" });
    const id = await begin(null, { planApproval: "always" });
    await proposes(id, plan);
    await expect(look(id)).rejects.toThrow(Later);
    await cancels(id);
    await settle(id);
    expect(far.calls).toEqual([]);
    expect(await said(id, "go-ahead")).toEqual([
      { text: "– Countersign writes nothing to Jira project MOB: the goal was called off before" },
    ]);
  });
});
