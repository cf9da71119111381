import { expect, test } from "vitest";
import { OutsideRefusal } from "#engine/errors.ts";
import { PartlyMade } from "#integrations/jira/create-issues.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { newIssue, RUN, stageJira } from "#test/support/atlassian/stage-jira.ts";

const refusalOf = async (call: Promise<unknown>): Promise<OutsideRefusal> => {
  const error = await call.catch((thrown: unknown) => thrown);
  if (error instanceof OutsideRefusal) return error;
  throw error;
};

withContracts("Making issues in Jira", () => {
  test("an epic with a step of each kind takes two calls, once the screens are known", async () => {
    const { far, jira } = await stageJira();
    const [epic] = await jira.createIssues([newIssue("run", { type: "Epic" })]);
    const steps = ["a", "b", "c"].map((key) => newIssue(`step:${key}`, { type: "Story", parent: epic?.key }));
    const made = await jira.createIssues(steps);
    expect(epic).toMatchObject({ key: "PAY-1", url: `${far.url}/browse/PAY-1` });
    expect(made.map(({ key }) => key)).toEqual(["PAY-2", "PAY-3", "PAY-4"]);
    expect(far.issue("PAY-3").fields).toMatchObject({
      ...{ summary: "Do step:b", labels: ["countersign"], parent: epic?.id },
    });
    expect(far.issue("PAY-3").properties.get("countersign")).toEqual({ run: RUN, key: "step:b" });
    expect(far.issue("PAY-1").fields).not.toHaveProperty("customfield_10011");
    expect([far.count("createIssue"), far.count("createIssues")]).toEqual([1, 1]);
    const before = far.calls.length;
    await jira.createIssues([newIssue("step:d", { type: "Story", parent: epic?.key })]);
    expect(far.calls.length - before).toBe(1);
    expect(far.violations).toEqual([]);
  });

  test("120 steps take three calls", async () => {
    const { far, jira } = await stageJira("MOB");
    await jira.createIssues([newIssue("first")]);
    const before = far.calls.length;
    const made = await jira.createIssues(Array.from({ length: 120 }, (_, at) => newIssue(`step:${at}`)));
    expect(far.calls.length - before).toBe(3);
    expect(made).toHaveLength(120);
    expect(far.issue(made[119]?.id ?? "").properties.get("countersign")).toEqual({
      run: RUN,
      key: "step:119",
    });
  });

  test("the epic's name is set only where the project demands it", async () => {
    const { far, jira } = await stageJira("EPN");
    await jira.createIssues([newIssue("run", { type: "Epic", summary: "Ship it" })]);
    expect(far.issue("EPN-1").fields).toMatchObject({ summary: "Ship it", customfield_10011: "Ship it" });
  });

  test("what is not on the screen is left out: labels and assignee", async () => {
    const { far, jira } = await stageJira("OPS");
    await jira.createIssues([newIssue("run", { assignee: far.person("alice").accountId })]);
    expect(far.issues()).toHaveLength(1);
    expect(far.violations).toEqual([]);
  });

  test("a required field that nobody has set is said before anything is written", async () => {
    const { far, jira } = await stageJira("TEAM");
    const refused = await refusalOf(jira.createIssues([newIssue("run")]));
    expect(refused).toMatchObject({
      code: "field_required",
      message:
        "Jira did not accept the issue: field 'Team' is required. Set `jira.fields.team` for billing, to one of Red, Blue.",
    });
    expect(far.count("createIssue")).toBe(0);
  });

  test.each([
    { fields: { Team: "red" } },
    { fields: { customfield_10050: "Red" } },
    { fields: { team: { value: "Red" } } },
  ])("a required field is set by name, by id, or as it goes: %j", async (settings) => {
    const { far, jira } = await stageJira("TEAM", settings);
    await jira.createIssues([newIssue("run")]);
    expect(far.issue("TEAM-1").fields["customfield_10050"]).toMatchObject({ value: "Red" });
  });

  test("an option that is not there is named with those that are", async () => {
    const { jira } = await stageJira("TEAM", { fields: { team: "Green" } });
    expect((await refusalOf(jira.createIssues([newIssue("run")]))).message).toBe(
      "Jira's field 'Team' has no \"Green\". It has Red, Blue. Change `jira.fields.team` for billing.",
    );
  });

  test("a type that is not there is named with those that are", async () => {
    const { jira } = await stageJira("OPS");
    const refused = await refusalOf(jira.createIssues([newIssue("step:a", { type: "Story" })]));
    expect(refused).toMatchObject({
      code: "unknown_type",
      message:
        'Jira\'s project OPS has no issue type "Story". It has Task, Sub-task. Set `jira.issue_types.step` for billing to one of them.',
    });
  });

  test("a type that can't stand under the epic is refused with what to do", async () => {
    const { jira } = await stageJira();
    const [epic] = await jira.createIssues([newIssue("run", { type: "Epic" })]);
    const wrong = newIssue("step:a", { type: "Epic", parent: epic?.key });
    expect(await refusalOf(jira.createIssues([wrong]))).toMatchObject({ code: "no_parent" });
  });

  test("without the right to create, and without the project, it says which of the two", async () => {
    const may = await stageJira("READ");
    expect(await refusalOf(may.jira.createIssues([newIssue("run")]))).toMatchObject({
      code: "no_permission",
      message:
        "Jira does not let countersign@example.com create issues in READ. Ask an admin of that Jira project to allow it.",
    });
    const gone = await stageJira("HID");
    expect(await refusalOf(gone.jira.createIssues([newIssue("run")]))).toMatchObject({
      code: "project_gone",
    });
    const never = await stageJira("NOPE");
    expect(await refusalOf(never.jira.createIssues([newIssue("run")]))).toMatchObject({
      code: "project_gone",
      message: expect.stringContaining("set `jira.project` for billing"),
    });
  });

  test("a Jira that shows no types to whoever may create nothing is understood too", async () => {
    const { far, jira } = await stageJira();
    const none = { startAt: 0, maxResults: 50, total: 0, issueTypes: [] };
    far.faults.answer("getCreateIssueMetaIssueTypes", { status: 200, body: none });
    expect(await refusalOf(jira.createIssues([newIssue("run")]))).toMatchObject({ code: "no_permission" });
  });

  test("somebody who can't be assigned there is no reason to make no issue", async () => {
    const { far, jira } = await stageJira();
    const carol = far.person("carol").accountId;
    const [made] = await jira.createIssues([newIssue("run", { assignee: carol })]);
    const many = await jira.createIssues([newIssue("a", { assignee: carol }), newIssue("b")]);
    expect([made?.key, ...many.map(({ key }) => key)]).toEqual(["PAY-1", "PAY-3", "PAY-2"]);
    expect(far.issues().map(({ fields }) => fields["assignee"] ?? null)).toEqual([null, null, null]);
    expect(far.doubles()).toEqual([]);
  });

  test("where some were made the others' refusal says which ones are there", async () => {
    const { far, jira } = await stageJira();
    await jira.createIssues([newIssue("run", { type: "Epic" })]);
    const wrong = newIssue("b", { type: "Story", parent: "PAY-999" });
    const error = await jira
      .createIssues([newIssue("a"), wrong, newIssue("c")])
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof PartlyMade)) throw error;
    expect([...error.made].map(([index, { key }]) => [index, key])).toEqual([
      [0, "PAY-2"],
      [2, "PAY-3"],
    ]);
    expect(error.cause).toBeInstanceOf(OutsideRefusal);
    expect(far.issues()).toHaveLength(3);
  });
});
