import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn } from "#test/support/e2e/jira.ts";
import { type JiraDouble, openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { model, person } from "#test/support/sample-run.ts";

const database = await testDatabase();
const storyOf = (far: JiraDouble, step: string) =>
  far.issues().find(({ fields }) => fields["summary"] === `Do ${step}`);

withContracts("what stands on issues", () => {
  it("is whose they are: by the settings first, then by e-mail, and anew when somebody takes a step", async () => {
    const people = { "5b10a:bob": "U02BOB" };
    const { far, begin, begins, fails, doStep, settle } = await openJiraStage(database, {
      mode: "epic",
      people,
    });
    const agree = person("agree", "work", ["build"]);
    const id = await begin([
      model("build"),
      { ...agree, agent: { ...agree.agent, people: ["U02BOB"] } as never },
    ]);
    await settle(id);
    expect(far.issues()[0]?.fields["assignee"]).toBe("5b10a:alice");
    expect(storyOf(far, "agree")?.fields["assignee"]).toBe("5b10a:bob");
    expect(storyOf(far, "build")?.fields["assignee"] ?? null).toBeNull();
    await begins(id, "build");
    await fails(id, "build", "No idea.");
    await doStep(id, { type: "take step", key: "build", by: "U01ALICE" });
    await settle(id);
    expect(storyOf(far, "build")?.fields["assignee"]).toBe("5b10a:alice");
    expect(commentsOn(far, storyOf(far, "build")?.key ?? "").at(-1)).toContain(
      "Alice does this step in person now.",
    );
  });

  it("is a link to the thread as soon as Slack has one, and nothing waits for that", async () => {
    const { far, begin, look, settle, slack, passes } = await openJiraStage(database);
    slack.hasCard = false;
    const id = await begin([model("build")]);
    await expect(look(id)).rejects.toThrow(Later);
    const [issue] = far.issues();
    expect(commentsOn(far, issue?.key ?? "")).toEqual(["Started for Alice: 1 step."]);
    expect(issue?.links).toEqual([]);
    slack.hasCard = true;
    await settle(id);
    expect(issue?.links).toHaveLength(1);
    slack.hasCard = false;
    const other = await begin([model("build")]);
    await passes(11 * 60_000);
    await look(other);
    expect(far.issues()).toHaveLength(2);
  });

  it("goes without what the project's screens don't have", async () => {
    const { far, begin, begins, ends, settle, connect } = await openJiraStage(database);
    await connect({ project: "OPS", mode: "issue" });
    await database.sql`update go_aheads set place = ${`${far.url} OPS`} where place = ${`${far.url} PAY`}`;
    const id = await begin([model("build")]);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    expect(far.issues().map(({ key, project }) => [project, far.statusOf(key)])).toEqual([["OPS", "Done"]]);
    expect(far.violations).toEqual([]);
  });

  it("is a goal over several statuses where the workflow has them", async () => {
    const { far, begin, begins, ends, settle, connect } = await openJiraStage(database);
    await connect({ project: "HOP" });
    await database.sql`update go_aheads set place = ${`${far.url} HOP`} where place = ${`${far.url} PAY`}`;
    const id = await begin([model("build")]);
    await settle(id);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    expect(far.issues().map(({ key }) => far.statusOf(key))).toEqual(["Released"]);
  });
});
