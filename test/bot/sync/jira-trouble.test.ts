import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn } from "#test/support/e2e/jira.ts";
import { type JiraDouble, openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";

const database = await testDatabase();
const open = () => openJiraStage(database, { mode: "epic" });
const plan = [model("build"), person("agree", "approval", ["build"]), command("tag", ["agree"])];

const epicOf = (far: JiraDouble) => far.issues().find(({ type }) => type === "10000");
const storyOf = (far: JiraDouble, step: string) =>
  far.issues().find(({ fields }) => fields["summary"] === `Do ${step}`);
const clean = (far: JiraDouble) => {
  expect(far.doubles()).toEqual([]);
  expect(far.violations).toEqual([]);
};

withContracts("trouble with Jira", () => {
  it("an hour down with 500 facts becomes a few calls, and everything in order", async () => {
    const { far, begin, begins, notes, ends, asks, answers, settle, look, passes } = await open();
    await far.faults.refuse();
    const id = await begin(plan);
    await expect(look(id)).rejects.toThrow(Later);
    await begins(id, "build");
    for (let i = 0; i < 500; i++) await notes(id, "build", `note ${i}`);
    await ends(id, "build");
    await begins(id, "agree");
    await asks(id, "agree");
    await expect(look(id)).rejects.toThrow(Later);
    await answers(id, "agree", "approve", "Fine.");
    await begins(id, "agree");
    await ends(id, "agree");
    await passes(3_600_000);
    await far.faults.up();
    await settle(id);
    expect(far.calls.length).toBeLessThan(25);
    expect(commentsOn(far, storyOf(far, "agree")?.key ?? "")).toEqual([
      expect.stringMatching(
        /^A question is open: [\s\S]*\n\nApproved by Bob: “Tag billing v0.2.0\?”\nFine\.$/,
      ),
    ]);
    expect(commentsOn(far, epicOf(far)?.key ?? "")).toEqual([
      "Started for Alice: 3 steps.",
      expect.stringMatching(
        /^What the agents said\n… \(cut: \d+ earlier messages\)\n[\s\S]*\[Coder\] note 499\n\[Coder\] 12 tests/,
      ),
    ]);
    expect(far.statusOf(storyOf(far, "agree")?.key ?? "")).toBe("Fertig");
    clean(far);
  });

  it("nobody asks a Jira that fails, and then one asks for all", async () => {
    const { far, begin, look, passes, settle } = await open();
    far.faults.down(503);
    const [one, other] = [await begin(plan), await begin(plan)];
    await expect(look(one)).rejects.toMatchObject({ name: "Later", message: expect.stringContaining("503") });
    const asked = far.calls.length;
    await expect(look(other)).rejects.toMatchObject({
      name: "Later",
      message: expect.stringContaining("503"),
    });
    expect(far.calls.length).toBe(asked);
    await far.faults.up();
    await passes(31_000);
    await settle(one);
    await settle(other);
    expect(far.issues()).toHaveLength(8);
  });

  it("a token that is not accepted any more is waited for, and nothing is lost when it is renewed", async () => {
    const { far, begin, begins, ends, look, settle, passes } = await open();
    const id = await begin(plan);
    await settle(id);
    far.faults.revoke();
    await begins(id, "build");
    await ends(id, "build");
    await expect(look(id)).rejects.toMatchObject({ name: "Later", waitMs: 300_000 });
    await far.faults.up();
    await passes(300_000);
    await look(id);
    expect(far.statusOf(storyOf(far, "build")?.key ?? "")).toBe("Fertig");
    clean(far);
  });

  it("a story that somebody deleted is said once in the thread, and the rest goes on", async () => {
    const { far, begin, begins, ends, asks, settle, said } = await open();
    const id = await begin(plan);
    await settle(id);
    const key = storyOf(far, "agree")?.key ?? "";
    far.person("alice").deletes(key);
    await begins(id, "build");
    await ends(id, "build");
    await begins(id, "agree");
    await asks(id, "agree");
    await settle(id);
    await settle(id);
    expect(await said(id, "gone")).toEqual([{ text: `Jira has no issue ${key} any more (of “Do agree”)` }]);
    expect(far.statusOf(storyOf(far, "build")?.key ?? "")).toBe("Fertig");
    expect(far.issues()).toHaveLength(3);
  });

  it("an epic that somebody deleted is left alone, and its stories go on", async () => {
    const { far, begin, begins, ends, settle, said, cancels } = await open();
    const id = await begin(plan);
    await settle(id);
    far.person("alice").deletes(epicOf(far)?.key ?? "");
    await begins(id, "build");
    await ends(id, "build");
    await cancels(id);
    await settle(id);
    expect(await said(id, "gone")).toHaveLength(1);
    expect(far.issues().map(({ key }) => far.statusOf(key))).toEqual([
      "Fertig",
      "Abgebrochen",
      "Abgebrochen",
    ]);
  });

  it("issues that were moved to another project are found there, and their links say so", async () => {
    const { far, begin, begins, ends, settle, cancels, links } = await open();
    const id = await begin(plan);
    await settle(id);
    const moved = far.person("alice").relocates(storyOf(far, "build")?.key ?? "", "MOB");
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    await cancels(id);
    await settle(id);
    expect(far.statusOf(moved)).toBe("Done");
    expect((await links(id)).get("step:build")).toMatchObject({
      state: "there",
      outsideKey: moved,
      url: `${far.url}/browse/${moved}`,
    });
  });

  it("a project that is gone is a refusal that names it, and no story is taken for deleted", async () => {
    const { far, begin, begins, ends, settle, look, said, links } = await open();
    const id = await begin(plan);
    await settle(id);
    far.removeProject("PAY");
    await begins(id, "build");
    await ends(id, "build");
    await expect(look(id)).rejects.toMatchObject({ name: "OutsideRefusal", code: "project_gone" });
    expect(await said(id, "gone")).toEqual([]);
    expect((await links(id)).get("step:build")?.state).toBe("there");
  });

  it("what is not allowed keeps nothing else from being written, and goes on when it is", async () => {
    const { far, begin, begins, ends, settle, look } = await open();
    const id = await begin(plan);
    await settle(id);
    far.deny("PAY", "TRANSITION_ISSUES");
    await begins(id, "build");
    await ends(id, "build");
    await expect(look(id)).rejects.toMatchObject({ name: "OutsideRefusal" });
    far.allow("PAY", "TRANSITION_ISSUES");
    await look(id);
    expect(far.statusOf(storyOf(far, "build")?.key ?? "")).toBe("Fertig");
  });

  it("a field that is required and not set is a refusal, nothing is half made, and set it goes on", async () => {
    const { far, begin, look, settle, connect } = await open();
    const id = await begin(plan);
    await connect({ project: "TEAM" });
    await database.sql`update go_aheads set place = ${`${far.url} TEAM`} where place = ${`${far.url} PAY`}`;
    await expect(look(id)).rejects.toMatchObject({
      name: "OutsideRefusal",
      message: expect.stringContaining("jira.fields"),
    });
    expect(far.issues()).toEqual([]);
    await connect({ project: "TEAM", fields: { Team: "Red" } });
    await settle(id);
    expect(far.issues()).toHaveLength(4);
    clean(far);
  });
});
