import { expect, test } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import type { JiraPerson } from "#test/support/atlassian/jira/people.ts";
import { type ProjectPlan, usualProjects } from "#test/support/atlassian/jira/plans.ts";
import { newIssue, stageJira } from "#test/support/atlassian/stage-jira.ts";

/** A project of the usual ones whose ways are other ones. */
function planLike(
  key: string,
  change: (ways: ProjectPlan["workflow"]) => ProjectPlan["workflow"],
): ProjectPlan {
  const plan = usualProjects.find((one) => one.key === key);
  if (!plan) throw new Error(`no ${key}`);
  return { ...plan, workflow: change(plan.workflow) };
}

async function withIssue(...args: Parameters<typeof stageJira>) {
  const stage = await stageJira(...args);
  const [made] = await stage.jira.createIssues([newIssue("run")]);
  if (!made) throw new Error("nothing was made");
  return { ...stage, id: made.id, alice: stage.far.person("alice") satisfies JiraPerson };
}

withContracts("Moving issues in Jira", () => {
  test("goes by the status' category, whatever it is called there", async () => {
    const { far, jira, id } = await withIssue();
    expect(await jira.move(id, "indeterminate")).toMatchObject({ name: "In Arbeit" });
    expect(await jira.move(id, "done")).toMatchObject({ name: "Fertig", category: "done" });
    expect(far.statusOf(id)).toBe("Fertig");
    expect(await jira.move(id, "indeterminate")).toMatchObject({ name: "In Arbeit" });
    expect(await jira.move(id, "done", "cancelled")).toMatchObject({ name: "Abgebrochen" });
  });

  test("what is there already is left as it is", async () => {
    const { far, jira, id, alice } = await withIssue();
    alice.moves(id, "Abgebrochen");
    expect(await jira.move(id, "done")).toMatchObject({ name: "Abgebrochen" });
    expect(far.count("doTransition")).toBe(0);
  });

  test("over several statuses where the workflow wants that, and never to an end that says otherwise", async () => {
    const { far, jira, id } = await withIssue("HOP");
    expect(await jira.move(id, "done")).toMatchObject({ name: "Released" });
    expect(far.issue(id).changes.map(({ items }) => items[0]?.toString)).toEqual([
      ...["Selected", "Doing", "In Review", "Released"],
    ]);
  });

  test("back again, to give it up, where that is not one way away", async () => {
    const { far, jira, id, alice } = await withIssue("HOP");
    alice.moves(id, "In Review");
    expect(await jira.move(id, "done", "cancelled")).toMatchObject({ name: "Won't Do" });
    expect(far.statusOf(id)).toBe("Won't Do");
  });

  test("once it knows a workflow a move is one call, and new issues are looked at together", async () => {
    const { far, jira, open } = await withIssue("MOB");
    const steps = await jira.createIssues(Array.from({ length: 10 }, (_, at) => newIssue(`step:${at}`)));
    const before = far.calls.length;
    for (const { id } of steps) {
      await jira.move(id, "indeterminate");
      await jira.move(id, "done");
    }
    const calls = far.calls.slice(before).map(({ operationId }) => operationId);
    expect(calls.filter((name) => name === "doTransition")).toHaveLength(20);
    expect(calls.filter((name) => name !== "doTransition")).toEqual([
      ...["bulkFetchIssues", "getIssue", "getTransitions", "getIssue", "getTransitions"],
    ]);
    // Somebody else comes and knows nothing of that.
    const asked = far.calls.length;
    await open().move(steps[0]?.id ?? "", "done");
    expect(far.calls.slice(asked).map(({ operationId }) => operationId)).toEqual(["bulkFetchIssues"]);
  });

  test("what it believes of an issue may be wrong: Jira's refusal makes it look", async () => {
    const { far, jira, id, alice } = await withIssue("HOP");
    await jira.move(id, "indeterminate");
    alice.moves(id, "Backlog");
    expect(await jira.move(id, "done")).toMatchObject({ name: "Released" });
    expect(far.statusOf(id)).toBe("Released");
    alice.deletes(id);
    await expect(jira.move(id, "indeterminate")).rejects.toMatchObject({ code: "issue_gone" });
  });

  test("a resolution that the screen asks for says what came of it", async () => {
    const { far, jira, id } = await withIssue("REV");
    await jira.move(id, "done");
    expect(far.issue(id).fields["resolution"]).toMatchObject({ name: "Done" });
    const [other] = await jira.createIssues([newIssue("other")]);
    await jira.move(other?.id ?? "", "done", "cancelled");
    expect(far.issue(other?.id ?? "").fields["resolution"]).toMatchObject({ name: "Won't Do" });
  });

  test("a way whose screen asks for what nobody has set is gone round, or refused with what to do", async () => {
    const hop = planLike("HOP", ({ statuses, transitions }) => ({
      statuses,
      transitions: [
        { id: "61", name: "Close", from: ["Backlog"], to: "Released", requires: ["customfield_10070"] },
        ...transitions,
      ],
    }));
    const round = await withIssue("HOP", {}, { projects: [hop] });
    expect(await round.jira.move(round.id, "done")).toMatchObject({ name: "Released" });
    expect(round.far.issue(round.id).changes).toHaveLength(4);

    const only = planLike("REV", ({ statuses }) => ({
      statuses,
      transitions: [{ id: "31", name: "Resolve", to: "Done", requires: ["customfield_10070"] }],
    }));
    const shut = await withIssue("REV", {}, { projects: [only] });
    await expect(shut.jira.move(shut.id, "done")).rejects.toMatchObject({
      code: "way_needs_fields",
      message:
        'Jira does not let REV-1 (To Do) become "done": "Resolve" asks for \'Customfield_10070\'. Set `jira.fields.customfield_10070` for billing, or take it off that screen.',
    });
    expect(shut.far.statusOf(shut.id)).toBe("To Do");
  });

  test("an end that says the opposite is taken only where there is no other one", async () => {
    const ends = planLike("MOB", ({ statuses: [todo, doing] }) => ({
      statuses: [
        ...(todo && doing ? [todo, doing] : []),
        { id: "10209", name: "Cancelled", category: "done" as const },
      ],
      transitions: [{ id: "31", name: "Close", to: "Cancelled" }],
    }));
    const only = await withIssue("MOB", {}, { projects: [ends] });
    expect(await only.jira.move(only.id, "done")).toMatchObject({ name: "Cancelled" });
    const { jira, id } = await withIssue("MOB");
    expect(await jira.move(id, "done", "cancelled")).toMatchObject({ name: "Done" });
  });

  test("a workflow that leads nowhere is said, without wandering on for ever", async () => {
    const circle = planLike("HOP", ({ statuses, transitions }) => ({
      statuses,
      transitions: transitions.filter(({ name }) => !["Release", "Drop"].includes(name)),
    }));
    const { far, jira, id } = await withIssue("HOP", {}, { projects: [circle] });
    await expect(jira.move(id, "done")).rejects.toMatchObject({
      code: "no_way",
      message: expect.stringContaining("its workflow has no way there. Ask an admin of HOP"),
    });
    expect(far.count("doTransition")).toBeLessThanOrEqual(3);
  });

  test("without the right to move it says so", async () => {
    const { far, jira, id } = await withIssue();
    far.deny("PAY", "TRANSITION_ISSUES");
    await expect(jira.move(id, "done")).rejects.toMatchObject({
      code: "no_permission",
      message: expect.stringContaining("the right to transition issues"),
    });
  });

  test("somebody moves it in between: it is looked at again", async () => {
    const { far, jira, id, alice } = await withIssue("HOP");
    await jira.move(id, "indeterminate");
    alice.moves(id, "In Review");
    expect(await jira.move(id, "done")).toMatchObject({ name: "Released" });
    expect(far.statusOf(id)).toBe("Released");
  });

  test("a time-out after it was moved: the next try sees that it is there", async () => {
    const { far, jira, id } = await withIssue();
    far.faults.breakAfter("doTransition");
    await expect(jira.move(id, "indeterminate")).rejects.toThrow("can't be reached");
    expect(await jira.move(id, "indeterminate")).toMatchObject({ name: "In Arbeit" });
    expect(far.issue(id).changes).toHaveLength(1);
  });

  test("twenty are moved by one task; those that it can't move, one by one", async () => {
    const { far, jira, alice } = await withIssue("MOB");
    const made = await jira.createIssues(Array.from({ length: 20 }, (_, at) => newIssue(`step:${at}`)));
    const gone = made[7];
    const before = far.calls.length;
    const running = { taskId: "1", status: "RUNNING", progressPercent: 10 };
    far.faults.answer("getBulkOperationProgress", { status: 200, body: running });
    far.faults.before("submitBulkTransition", () => alice.deletes(gone?.key ?? ""));
    const moved = await jira.moveAll(made.map(({ id }) => ({ issue: id, to: "done" as const })));
    expect([...moved.values()].filter((one) => "category" in one && one.name === "Done")).toHaveLength(19);
    expect(moved.get(gone?.id ?? "")).toMatchObject({ code: "issue_gone" });
    expect(far.calls.slice(before).map(({ operationId }) => operationId)).toEqual([
      ...["bulkFetchIssues", "getIssue", "getTransitions", "submitBulkTransition"],
      ...["getBulkOperationProgress", "getBulkOperationProgress", "doTransition", "getProject"],
    ]);
    expect(far.issues().filter(({ id }) => far.statusOf(id) === "Done")).toHaveLength(19);
  });

  test("where our account may change no many at once, they are moved one by one, and that is remembered", async () => {
    const { far, jira } = await withIssue("MOB");
    const made = await jira.createIssues(Array.from({ length: 6 }, (_, at) => newIssue(`step:${at}`)));
    far.faults.answer("submitBulkTransition", { status: 403, body: { errorMessages: ["no"], errors: {} } });
    await jira.moveAll(made.map(({ id }) => ({ issue: id, to: "indeterminate" as const })));
    await jira.moveAll(made.map(({ id }) => ({ issue: id, to: "done" as const })));
    expect([far.count("submitBulkTransition"), far.count("doTransition")]).toEqual([1, 12]);
    expect(made.map(({ id }) => far.statusOf(id))).toEqual(made.map(() => "Done"));
  });
});
