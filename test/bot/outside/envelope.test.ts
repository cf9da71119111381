import { describe, expect, it } from "vitest";
import { toEnvelopeRun, toQuestionEnvelope, toRunEnvelope } from "#bot/outside/events/envelope.ts";
import {
  aliasesOf,
  DOCUMENTED_EVENTS,
  namesOfQuestionFact,
  namesOfRunFact,
} from "#bot/outside/events/event-names.ts";
import type { ConsultationFact } from "#engine/consultation/consultation.ts";
import type { Outside } from "#engine/consultation/outside.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { consultationAfter, NOON, runAfter } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  brief,
  command,
  done,
  output,
  person,
  question,
  ready,
  started,
} from "#test/support/sample-run.ts";

const RUN = { id: "r1", correlationId: "corr-1" };
const told = (fact: RunFact, actor = "engine") => toRunEnvelope({ seq: 7, fact, actor, at: NOON }, RUN);

const failed = (notBefore: number | null): RunFact => ({
  ...{ type: "step.failed", key: "build", reason: "exit code 2", log: null, notBefore },
});

/** Every kind of fact that a run's log may hold. */
const ALL: readonly RunFact[] = [
  ...started([command("build"), person("ok", "approval", ["build"])]),
  ...done("build"),
  { type: "plan.troubled", reason: "No plan." },
  { type: "plan.retried" },
  { type: "run.guided", guidance: { by: "U02BOB", text: "Mind the tax." } },
  { type: "run.succeeded" },
  { type: "run.failed", reason: "Rejected." },
  { type: "run.cancelled", reason: "No longer needed." },
  { type: "attempt.lost", key: "build", reason: "Its worker died.", counts: true },
  { type: "step.progressed", key: "build", note: "Half way." },
  asked("ok"),
  { type: "step.answered", key: "ok", answer: answer("approve", "Fine.") },
  failed(null),
  { type: "step.blocked", key: "build", reason: "Failed four times." },
  { type: "step.retried", key: "build" },
  { type: "step.skipped", key: "build" },
  { type: "step.taken", key: "build", by: "U02BOB" },
  {
    ...{ type: "steps.reopened", keys: ["build"], guidance: { by: "U02BOB", text: "Again." } },
    withdrawn: ["c1"],
  },
];

describe("the envelope of a run's fact", () => {
  it("is the documented one, with the fact's own name and number inside", () => {
    expect(told({ type: "step.succeeded", key: "build", output }, "agent:command")).toEqual({
      event_id: "evt-r1-7",
      event_type: "task.completed",
      workflow_id: "r1",
      timestamp: "2026-01-02T12:00:00.000Z",
      data: {
        ...{ fact: "step.succeeded", step: "build", output: { summary: "12 tests passed" } },
        actor: "agent:command",
      },
      metadata: { agent_id: "command", correlation_id: "corr-1" },
    });
  });

  it("names no agent where a person or the engine did it", () => {
    expect(told({ type: "step.skipped", key: "build" }, "person:U02BOB")).toMatchObject({
      data: { actor: "person:U02BOB" },
      metadata: { agent_id: null },
    });
    expect(told(ready("build"), "engine").metadata.agent_id).toBeNull();
  });

  it("never holds a lease, a worker, a checkpoint or a shell line", () => {
    const text = JSON.stringify(ALL.map((fact) => told(fact)));
    expect(ALL.map(({ type }) => type)).toContain("attempt.began");
    expect(text).not.toContain("build-1"); // the lease
    expect(text).not.toContain("w1"); // the worker
    expect(text).not.toContain("make build");
    expect(text).not.toMatch(/"(?:lease|checkpoint|sha)"/);
    expect(told(began("build", 3)).data).toEqual({
      ...{ fact: "attempt.began", step: "build", attempt: 3 },
      actor: "engine",
    });
  });

  it("has wire names only: nothing in it is called like a variable", () => {
    for (const fact of ALL) {
      const keys = [...JSON.stringify(told(fact)).matchAll(/"(\w+)":/g)].map(([, key]) => key);
      expect(keys.filter((key) => /[A-Z]/.test(key ?? ""))).toEqual([]);
    }
  });

  it("tells an answer as the consultation API does", () => {
    expect(told({ type: "step.answered", key: "ok", answer: answer("approve", "Fine.") }).data).toMatchObject(
      {
        answer: {
          ...{ decision: "approve", comment: "Fine.", responder_id: "U02BOB" },
          responded_at: "2026-01-02T12:00:00.000Z",
        },
      },
    );
  });

  it("carries the caller's correlation id, else the goal's id", () => {
    const plan = [command("build")];
    const named = toEnvelopeRun(runAfter(...started(plan, { correlationId: "corr-9" })));
    expect(named.correlationId).toBe("corr-9");
    expect(toEnvelopeRun(runAfter(...started(plan))).correlationId).toBe(brief().goalId);
  });
});

describe("the names of events", () => {
  it("are the documented ones where there is one", () => {
    const names = Object.fromEntries(ALL.map((fact) => [fact.type, namesOfRunFact(fact)]));
    expect(names).toMatchObject({
      "run.requested": ["run.requested"],
      "run.started": ["workflow.started"],
      "run.succeeded": ["workflow.completed", "workflow.finished"],
      "run.failed": ["workflow.failed"],
      "run.cancelled": ["workflow.cancelled"],
      "step.succeeded": ["task.completed"],
      "step.failed": ["task.failed"],
      "step.blocked": ["task.blocked", "agent.blocked"],
      "step.asked": ["human.input.requested"],
      "step.answered": ["human.input.received"],
      "step.progressed": ["step.progressed"],
    });
  });

  it("call a failure that is tried again by its own name, and say when", () => {
    expect(told(failed(NOON + 1_000))).toMatchObject({
      event_type: "step.failed",
      data: { reason: "exit code 2", again_at: "2026-01-02T12:00:01.000Z" },
    });
  });

  it("have their twins", () => {
    expect(aliasesOf("workflow.finished")).toEqual(["workflow.finished", "workflow.completed"]);
    expect(aliasesOf("task.blocked")).toEqual(["task.blocked", "agent.blocked"]);
    expect(aliasesOf("code.approved")).toEqual(["code.approved"]);
    for (const name of ["workflow.completed", "agent.blocked"])
      for (const twin of aliasesOf(name)) expect(DOCUMENTED_EVENTS).toContain(twin);
  });
});

const OUTSIDE: Outside = {
  ...{ agent: "code-review-agent", keyId: null, projectId: null, workflowId: "wf-1", checkpointId: "cp-1" },
  ...{ title: "Tag it?", description: "", context: {}, routing: {}, metadata: {}, endpointId: null },
  ...{ correlationId: "corr-2", traceparent: null },
};

const opened = (outside: boolean): ConsultationFact => ({
  ...{ type: "consultation.opened", question, requester: "U01ALICE", expiresAt: NOON + 60_000 },
  policy: { people: [], channel: "C02DEPLOYS", fourEyes: "when_possible" },
  ...(outside ? { origin: null, outside: OUTSIDE } : { origin: { runId: "r1", key: "ok" } }),
});
const settled: ConsultationFact = { type: "consultation.settled", answer: answer("approve") };
const expired: ConsultationFact = { type: "consultation.expired" };

describe("the envelope of a question's fact", () => {
  it("goes by the workflow, the agent and the correlation id of whoever asked over the API", () => {
    const asking = consultationAfter(opened(true), settled);
    const envelope = toQuestionEnvelope({ seq: 2, fact: settled, actor: "person:U02BOB", at: NOON }, asking);
    expect(envelope).toMatchObject({
      event_type: "human.input.received",
      workflow_id: "wf-1",
      data: {
        ...{ fact: "consultation.settled", request_id: asking.id, checkpoint_id: "cp-1" },
        answer: { decision: "approve", responder_id: "U02BOB" },
      },
      metadata: { agent_id: "code-review-agent", correlation_id: "corr-2" },
    });
  });

  it("goes by the run where a step asks, whose own facts tell of the question and the answer", () => {
    const asking = consultationAfter(opened(false));
    expect(
      toQuestionEnvelope({ seq: 2, fact: expired, actor: "clock", at: NOON }, asking, RUN),
    ).toMatchObject({
      event_type: "human.input.timeout",
      workflow_id: "r1",
      data: { run_id: "r1", step: "ok" },
      metadata: { agent_id: null, correlation_id: "corr-1" },
    });
    expect(namesOfQuestionFact(opened(false), false)).toEqual(["consultation.opened"]);
    expect(namesOfQuestionFact(settled, false)).toEqual(["consultation.settled"]);
  });

  it("is heard under the request's names too", () => {
    expect(namesOfQuestionFact(opened(true), true)).toEqual(["human.input.requested"]);
    expect(namesOfQuestionFact(settled, true)).toEqual(["human.input.received", "request.responded"]);
    expect(namesOfQuestionFact(expired, true)).toEqual(["human.input.timeout", "request.timed_out"]);
    expect(namesOfQuestionFact({ type: "consultation.withdrawn", reason: "" }, true)).toEqual([
      "request.cancelled",
    ]);
  });
});
