import { describe, expect, it } from "vitest";
import type { Assignment, Outcome } from "#engine/agent/agent.ts";
import { Question } from "#engine/consultation/question.ts";
import { createPersonAgent } from "#integrations/agents/person.ts";
import { keptNotes } from "#test/support/model-step.ts";
import { commandStep, commit, freshWorkspaces, git, repositoryWith } from "#test/support/place-to-work.ts";

const { workspaces } = freshWorkspaces();
const agent = createPersonAgent({ workspaces });
const never = new AbortController().signal;
const work = (assignment: Assignment): Promise<Outcome> => agent(assignment, keptNotes().report, never);

function approval(repository: string | null, person: object = {}, changes: object = {}): Assignment {
  const spec = {
    kind: "person",
    asks: "approval",
    what: "Tag billing v1.2.3?",
    effect: "tag v1.2.3",
    why: "It is time.",
    ...person,
  };
  const step = { key: "approve", title: "Approve", risk: "medium", after: ["write"], agent: spec } as never;
  return commandStep("", repository, { step, ...changes });
}

const answer = (decision: string, note = "", alone = false) => ({
  decision,
  note,
  by: "U02BOB",
  at: 1,
  alone,
});

/** The question that a step asks, as the engine takes it. */
async function askedBy(assignment: Assignment) {
  const outcome = await work(assignment);
  if (outcome.kind !== "asks") throw new Error(JSON.stringify(outcome));
  return { question: Question.parse(outcome.question), checkpoint: outcome.checkpoint };
}

const TESTED = { key: "test", title: "Test", output: { summary: "x", testsPassed: 12, testsFailed: 0 } };

/** A run's branch with one commit on it. */
async function changed(assignment: Assignment, text = "two\n") {
  if (!assignment.project) throw new Error("no project");
  const { path } = await workspaces.open({ ...assignment, project: assignment.project });
  return { path, sha: commit(path, { "a.txt": text }) };
}

describe("a question to a person", () => {
  it("comes with the tests, the change, the commit and the diff", async () => {
    const assignment = approval(repositoryWith(), {}, { inputs: [TESTED] });
    const { sha } = await changed(assignment);
    const { question, checkpoint } = await askedBy(assignment);
    expect(question).toMatchObject({
      ...{
        type: "approval",
        what: "Tag billing v1.2.3?",
        effect: "tag v1.2.3",
        why: "It is time.",
        risk: "medium",
      },
    });
    expect(question.evidence).toEqual([
      { kind: "line", label: "Tests", text: "12 tests passed" },
      { kind: "line", label: "Changes", text: "+1 −1 in 1 file" },
      { kind: "line", label: "Commit", text: sha },
      { kind: "diff", label: "Diff", text: expect.stringContaining("-one\n+two\n") },
    ]);
    expect(checkpoint).toEqual({ sha });
  });

  it("says first what was skipped and what a person did by hand", async () => {
    const done = {
      key: "log",
      title: "Write the log",
      output: { summary: "Done", values: { decision: "done" } },
    };
    const { question } = await askedBy(
      approval(repositoryWith(), {}, { inputs: [done, TESTED], skipped: ["Lint", "Run the tests"] }),
    );
    expect(question.evidence.slice(0, 3)).toEqual([
      { kind: "line", label: "Attention", text: "skipped: Lint, Run the tests" },
      { kind: "line", label: "Attention", text: "done by hand: Write the log" },
      { kind: "line", label: "Tests", text: "12 tests passed" },
    ]);
  });

  it("says that nothing is changed where nothing is", async () => {
    const repository = repositoryWith();
    const { question } = await askedBy(approval(repository));
    expect(question.evidence).toEqual([
      { kind: "line", label: "Changes", text: "nothing is changed" },
      { kind: "line", label: "Commit", text: git(repository, "rev-parse", "HEAD") },
    ]);
  });

  it("shows what a model wrote and nobody applied: the text is what is agreed to", async () => {
    const written = {
      key: "write",
      title: "Write it",
      output: { summary: "x", text: "The text", notApplied: true },
    };
    const { question, checkpoint } = await askedBy(
      approval(null, {}, { inputs: [written, { ...written, key: "other" }] }),
    );
    expect(question.evidence).toEqual([{ kind: "text", label: "Write it", text: "The text" }]);
    expect(checkpoint).toEqual({ sha: null });
  });

  it("holds any diff and any text that can be stored", async () => {
    const assignment = approval(repositoryWith());
    await changed(assignment, `${"\u0007\u001b[31mé😀\n".repeat(60_000)}\u0001`);
    const { question } = await askedBy(assignment);
    expect(question.evidence.at(-1)?.text.length).toBeLessThanOrEqual(100_000);
    expect(question.evidence.at(-1)?.text).not.toContain("\u0007");
  });

  it("that is rehearsed has no evidence: there is none", async () => {
    const { question } = await askedBy(approval(repositoryWith(), { rehearsed: true }, { inputs: [TESTED] }));
    expect(question).toMatchObject({ rehearsed: true, evidence: [] });
  });

  it("is not asked where the project can't be used", async () => {
    expect(await work(approval("/nowhere/at/all"))).toMatchObject({ kind: "failed", again: false });
  });
});

describe("an answer", () => {
  it("that approves is for the commit that was shown", async () => {
    const assignment = approval(repositoryWith());
    const { sha } = await changed(assignment);
    const { checkpoint } = await askedBy(assignment);
    expect(await work({ ...assignment, attempt: 2, checkpoint, answer: answer("approve", "Fine.") })).toEqual(
      {
        kind: "finished",
        output: {
          summary: "Approved",
          text: "Fine.",
          commit: sha,
          values: { decision: "approve", by: "U02BOB", sha },
        },
      },
    );
  });

  it("that approves another commit than the branch is at now is asked for again, and says so", async () => {
    const assignment = approval(repositoryWith());
    const first = await changed(assignment);
    const { checkpoint } = await askedBy(assignment);
    const second = await changed(assignment, "three\n");
    const again = await askedBy({ ...assignment, attempt: 2, checkpoint, answer: answer("approve") });
    expect(again.checkpoint).toEqual({ sha: second.sha });
    expect(again.question.why).toBe(
      `This was approved for ${first.sha.slice(0, 10)}, but the branch has moved to ${second.sha.slice(0, 10)} since. Please look again. It is time.`,
    );
    expect(
      await work({ ...assignment, attempt: 3, checkpoint: again.checkpoint, answer: answer("approve") }),
    ).toMatchObject({
      ...{ kind: "finished", output: { values: { sha: second.sha } } },
    });
  });

  it("without a checkpoint approves nothing", async () => {
    const assignment = approval(repositoryWith());
    expect(await work({ ...assignment, checkpoint: { other: 1 }, answer: answer("approve") })).toMatchObject({
      kind: "asks",
    });
  });

  it("says so when the requester approved alone", async () => {
    const outcome = await work({
      ...approval(null),
      checkpoint: { sha: null },
      answer: answer("approve", "", true),
    });
    expect(outcome).toMatchObject({ output: { summary: "Approved alone by the requester" } });
  });

  it("that work is done stands at whatever commit it was left", async () => {
    const assignment = approval(repositoryWith(), { asks: "work" });
    const { checkpoint } = await askedBy(assignment);
    const { sha } = await changed(assignment);
    expect(await work({ ...assignment, checkpoint, answer: answer("done") })).toMatchObject({
      ...{ kind: "finished", output: { summary: "Done", commit: sha, values: { decision: "done", sha } } },
    });
  });

  it.each([
    [answer("reject", "Too early."), "Rejected: Too early."],
    [answer("reject"), "Rejected: no reason was given"],
    [answer("request_changes", "Mend the date."), "Changes requested: Mend the date."],
    [answer("maybe"), "“maybe” is no answer to this. Ask again."],
  ])("that is no approval ends the step: %o", async (given, reason) => {
    const outcome = await work({ ...approval(null), checkpoint: { sha: null }, answer: given });
    expect(outcome).toEqual({ kind: "failed", reason, again: false });
  });
});
