import { expect, it } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn, readAdf } from "#test/support/e2e/jira.ts";
import { openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { model } from "#test/support/sample-run.ts";

const database = await testDatabase();
const open = () => openJiraStage(database, { mode: "epic" });

withContracts("what agents say, in Jira", () => {
  it("gathers what agents say into one comment, written at most every half minute while they work", async () => {
    const { far, begin, begins, notes, ends, settle, passes } = await open();
    const id = await begin([model("build"), model("check", ["build"])]);
    await begins(id, "build");
    await notes(id, "build", "one");
    await settle(id);
    expect(far.count("addComment")).toBe(1);
    await passes(31_000);
    await settle(id);
    const key = far.issues()[0]?.key ?? "";
    expect(commentsOn(far, key).at(-1)).toBe("What the agents said\n[Coder] one");
    await notes(id, "build", "two");
    await settle(id);
    expect(far.count("updateComment")).toBe(0);
    await passes(31_000);
    await settle(id);
    await ends(id, "build");
    await settle(id);
    expect(far.count("updateComment")).toBe(1);
    await begins(id, "check");
    await ends(id, "check");
    await settle(id);
    expect(far.count("updateComment")).toBe(2);
    expect(commentsOn(far, key)[1]).toBe(
      "What the agents said\n[Coder] one\n[Coder] two\n[Coder] 12 tests passed\n[Coder] 12 tests passed",
    );
  });

  it("leaves a comment of agents' words alone that somebody has deleted", async () => {
    const { far, begin, begins, ends, settle, passes } = await open();
    const id = await begin([model("build"), model("check", ["build"])]);
    await begins(id, "build");
    await ends(id, "build");
    await passes(31_000);
    await settle(id);
    const [epic] = far.issues();
    const words = epic?.comments.find(({ body }) => readAdf(body).startsWith("What the agents"));
    far.person("alice").deletesComment(epic?.key ?? "", words?.id ?? "");
    await begins(id, "check");
    await ends(id, "check");
    await settle(id);
    expect(commentsOn(far, epic?.key ?? "").filter((each) => each.startsWith("What"))).toEqual([]);
    expect(far.statusOf(epic?.key ?? "")).toBe("Fertig");
  });

  it("says what every hostile text says, and nothing of it is markup", async () => {
    const text = `</ac:structured-macro> {code}rm -rf{code} [~alice] @alice <@U02BOB> \u202etxt.exe 👩‍👩‍👧 ${"x".repeat(9_000)}`;
    const { far, begin, begins, notes, ends, settle } = await open();
    const id = await begin([model("build")], {
      text,
      title: "مرحبا \u202e{code}",
      requirements: ["[a|https://evil.example]"],
    });
    await begins(id, "build");
    for (let i = 0; i < 60; i++) await notes(id, "build", `${i} ${text}`);
    await ends(id, "build", { summary: "*done* ".repeat(60) });
    await settle(id);
    const [epic] = far.issues();
    expect(epic?.fields["summary"]).toMatch(/^مرحبا \{code\} \(g\d+\)$/);
    const description = readAdf(epic?.fields["description"]);
    expect(description).toContain(
      "</ac:structured-macro> {code}rm -rf{code} [~alice] @alice Bob txt.exe 👩‍👩‍👧",
    );
    const said =
      commentsOn(far, epic?.key ?? "").find((each) => each.startsWith("What the agents said")) ?? "";
    expect(said).toMatch(/^What the agents said\n… \(cut: \d+ earlier messages\)\n\[Coder\] /);
    expect(said).toContain("[Coder] *done* *done*");
    expect(JSON.stringify(far.issues().map(({ comments, fields }) => [comments, fields]))).not.toMatch(
      /"type":"(mention|link|inlineCard)"/,
    );
    expect(far.violations).toEqual([]);
  });
});
