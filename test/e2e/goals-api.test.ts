import { describe, expect, it, vi } from "vitest";
import { GOALS, useApiGoals } from "#test/support/api-goals.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useApiStage(await testDatabase());

const { key, begin, projectKey } = useApiGoals(stage);

/** The body of document 003, verbatim. */
const DOCUMENTED = {
  goal: "Build complete authentication system",
  requirements: [
    "JWT tokens",
    "Refresh token rotation",
    "Password hashing",
    "Unit tests >80% coverage",
    "Security audit",
    "API documentation",
  ],
  constraints: { max_time: "24 hours", must_pass_tests: true, require_security_audit: true },
};

describe("the documented goal", () => {
  it("is accepted at once, and stands in the project's channel as an agent's, for its owner", async () => {
    const { room, mine } = await projectKey("documented");
    const before = Date.now();
    const { status, body, headers } = await begin(mine, DOCUMENTED);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: "accepted", workflow_generated: false, channel: room.channel });
    expect(headers.get("location")).toBe(`${GOALS}/${body.goal_id}`);
    const inMs = Date.parse(body.estimated_completion) - before;
    expect(inMs).toBeGreaterThan(23.9 * 3_600_000);
    expect(inMs).toBeLessThan(24.1 * 3_600_000);
    expect(body).toMatchObject({
      estimated_from: "max_time",
      estimated_time: "24 hours",
      estimated_tasks: null,
    });
    const card = await room.card(/^Build complete authentication system\n/);
    expect(card.shown).toContain("asked by test-agent · agent, for Alice");
  });

  it("is answered with its plan where one waits for it, and the plan holds the security step", async () => {
    const { mine } = await projectKey("waits");
    const { status, body } = await begin(mine, DOCUMENTED, { query: "?wait=plan" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "workflow_generated",
      workflow_generated: true,
      estimated_from: "plan",
    });
    expect(body.estimated_tasks).toBeGreaterThan(3);
    expect(body.estimated_time).toMatch(/^\d+ (?:minute|hour)s?$/);
    const goal = (await stage().call("GET", `${GOALS}/${body.goal_id}`, { key: mine })).body;
    expect(goal.run.steps.map((step: { role: string | null }) => step.role)).toContain("security");
    expect(goal).toMatchObject({
      ...{
        goal: DOCUMENTED.goal,
        requirements: DOCUMENTED.requirements,
        constraints: DOCUMENTED.constraints,
      },
      ...{ requested_by: ALICE, agent: "test-agent", project: "waits", workflow_generated: true },
      ...{ estimated_tasks: body.estimated_tasks, run_id: body.run_id },
    });
  });

  it("begins once under one Idempotency-Key", async () => {
    const mine = await key();
    const headers = { "idempotency-key": "once-1" };
    const first = await begin(mine, { goal: "Only once" }, { headers });
    const again = await begin(mine, { goal: "Only once" }, { headers });
    expect(again.body).toEqual(first.body);
    const { body } = await stage().call("GET", `${GOALS}?status=open`, { key: mine });
    expect(body.items.filter((one: { title: string }) => one.title === "Only once")).toHaveLength(1);
  });
});

describe("what a goal may say", () => {
  it("takes all of it: working time, priority, reviewers, a channel's name, the caller's own notes", async () => {
    const mine = await key();
    const { status, body } = await begin(mine, {
      ...{ goal: "Sum up the week", constraints: { max_time: 90 }, priority: "urgent", channel: "#deploys" },
      ...{ reviewers: [BOB], metadata: { agent_id: "week-agent", ticket: { id: 7 } } },
    });
    expect([status, body.channel]).toEqual([202, "C02DEPLOYS"]);
    const { body: goal } = await stage().call("GET", `${GOALS}/g${body.number}`, { key: mine });
    expect(goal).toMatchObject({
      ...{ constraints: { max_time: "90 minutes", must_pass_tests: false, require_security_audit: false } },
      ...{ priority: "high", reviewers: [BOB], agent: "week-agent", channel: "C02DEPLOYS" },
      metadata: { agent_id: "week-agent", ticket: { id: 7 } },
    });
  });

  it("carries the caller's correlation id to the goal and its run", async () => {
    const mine = await key();
    const headers = { "x-correlation-id": "corr-77" };
    const { body } = await begin(mine, { goal: "Trace me" }, { headers });
    expect((await stage().call("GET", `${GOALS}/${body.goal_id}`, { key: mine })).body.correlation_id).toBe(
      "corr-77",
    );
    expect(
      (await stage().call("GET", `/api/v1/runs/${body.run_id}`, { key: mine })).body.correlation_id,
    ).toBe("corr-77");
  });

  it("runs a saved workflow with its parameters, planned at once", async () => {
    const { mine } = await projectKey("shipping");
    const asked = { workflow: "ship", parameters: { version: "1.2.3" } };
    const { status, body } = await begin(mine, asked);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: "accepted", workflow_generated: true, estimated_tasks: 3 });
    expect((await begin(mine, asked, { query: "?wait=plan" })).status).toBe(200);
  });

  const long = "x".repeat(10_001);
  it.each<[string, object, string]>([
    ["nothing", {}, "goal"],
    ["an empty goal", { goal: " " }, "goal"],
    ["a goal that is too long", { goal: long }, "goal"],
    ["a goal that is no text", { goal: 7 }, "goal"],
    ["an empty requirement", { goal: "a", requirements: ["b", ""] }, "requirements.1"],
    ["too many requirements", { goal: "a", requirements: Array(51).fill("b") }, "requirements"],
    ["a span that is none", { goal: "a", constraints: { max_time: "soon" } }, "constraints.max_time"],
    ["no time at all", { goal: "a", constraints: { max_time: 0 } }, "constraints.max_time"],
    ["years", { goal: "a", constraints: { max_time: "400 days" } }, "constraints.max_time"],
    [
      "tests that may pass",
      { goal: "a", constraints: { must_pass_tests: "yes" } },
      "constraints.must_pass_tests",
    ],
    [
      "tests without a project",
      { goal: "a", constraints: { must_pass_tests: true } },
      "constraints.must_pass_tests",
    ],
    [
      "an audit that may be",
      { goal: "a", constraints: { require_security_audit: 1 } },
      "constraints.require_security_audit",
    ],
    ["an unknown project", { goal: "a", project: "atlantis" }, "project"],
    ["an unknown workflow", { workflow: "sail" }, "workflow"],
    ["parameters of nothing", { goal: "a", parameters: { version: "1" } }, "parameters"],
    ["an unknown channel", { goal: "a", channel: "#atlantis" }, "channel"],
    ["an unknown priority", { goal: "a", priority: "asap" }, "priority"],
    ["a reviewer that is none", { goal: "a", reviewers: ["bob"] }, "reviewers.0"],
    ["a reviewer who is a guest", { goal: "a", reviewers: [BOB, "U06FRED"] }, "reviewers.1"],
    ["an agent with a member's name", { goal: "a", metadata: { agent_id: "B o b" } }, "metadata.agent_id"],
  ])("refuses %s, and names the field", async (_, body, field) => {
    const answer = await begin(await key(), body);
    expect([answer.status, answer.body.code]).toEqual([422, "bad_input"]);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it("refuses a word that it does not know, rather than to leave it out", async () => {
    const { status, body } = await begin(await key(), { goal: "a", maxtime: "2h" });
    expect(status).toBe(422);
    expect(body.detail).toContain("maxtime");
  });

  it("refuses a saved workflow without a security step where an audit is required", async () => {
    const { mine } = await projectKey("unaudited");
    const constraints = { require_security_audit: true };
    const { status, body } = await begin(mine, {
      workflow: "ship",
      parameters: { version: "1.2.3" },
      constraints,
    });
    expect([status, body.code]).toEqual([422, "bad_plan"]);
    expect(body.detail).toContain("security");
    await saveTeamWorkflow(stage().sql, {
      ...{ name: "audited", title: "Audited" },
      steps: [
        { key: "audit", title: "Audit", agent: { kind: "command", name: "security-audit", run: "true" } },
      ],
    });
    expect((await begin(mine, { workflow: "audited", constraints })).status).toBe(202);
  });
});
