import { z } from "zod";
import { Refusal } from "../errors.ts";

/** The engine takes plans of up to this many steps; a planner's plan is held to `MOST_PLANNED_STEPS`. */
export const MOST_STEPS = 1_000;
export const MOST_PLANNED_STEPS = 50;

export const Key = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "lower-case letters, digits and dashes, at most 40");
export const Risk = z.enum(["low", "medium", "high"]);
export type Risk = z.infer<typeof Risk>;

/** What a step does to the world outside its own branch. A plan with any of these is a risky plan. */
export const Effect = z.enum(["push", "tag", "deploy", "outside agent"]);
export type Effect = z.infer<typeof Effect>;

/** Roles that a model or a rehearsal can play (S3-16, S3-17, S1-07…10). */
export const ROLES = [
  "architect",
  "coder",
  "tester",
  "reviewer",
  "debugger",
  "security",
  "analyst",
  "writer",
] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** An agent outside, by the name under which it registered. Compared without regard to case. */
export const AgentName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,58}[\p{L}\p{N}]$/u,
    "2 to 60 letters and digits, with spaces, dots, dashes and underscores inside",
  );
/** One thing that agents outside say they can do: "code-review". */
export const Capability = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._:-]{0,59}$/,
    "lower-case letters and digits, then also dots, colons, dashes and underscores, at most 60",
  );

/**
 * Who works on a step, and the little that this kind of agent needs to know.
 * `command.run` is a shell line written by an operator (a saved workflow, or a listed command of the project): no
 * planner and no person in Slack can put one here.
 */
export const AgentSpec = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("command"),
    run: z.string().min(1).max(10_000),
    name: z.string().max(60).optional(),
  }),
  z.strictObject({ kind: z.literal("model"), role: Role }),
  z.strictObject({ kind: z.literal("rehearsal"), role: Role, lastsMs: z.number().int().min(0).max(60_000) }),
  z.strictObject({
    kind: z.literal("person"),
    asks: z.enum(["approval", "work"]),
    /** The whole ask, as a question: "Tag billing v0.2.0?" */
    what: z.string().min(1).max(300),
    /** What agreeing does, as it stands on the button: "tag v0.2.0". */
    effect: z.string().min(1).max(60).optional(),
    why: z.string().max(2_000).default(""),
    /** Slack ids of the people who may answer; empty means the project's reviewers. */
    people: z.array(z.string()).max(5).default([]),
    /** A rehearsed question decides nothing, and says so. */
    rehearsed: z.boolean().default(false),
  }),
  z
    .strictObject({
      kind: z.literal("remote"),
      agent: AgentName.optional(),
      capability: Capability.optional(),
    })
    .refine(
      ({ agent, capability }) => (agent === undefined) !== (capability === undefined),
      "name either the `agent` that does it or the `capability` that it takes",
    ),
]);
export type AgentSpec = z.infer<typeof AgentSpec>;
export type AgentKind = AgentSpec["kind"];
/** Kinds of agents that work in our own processes. An agent outside (`remote`) comes and claims its steps. */
export type HouseKind = Exclude<AgentKind, "remote">;

/** One piece of planned work. `after` names the steps whose output it needs. */
export const PlannedStep = z.strictObject({
  key: Key,
  title: z.string().min(1).max(120),
  agent: AgentSpec,
  instructions: z.string().max(20_000).default(""),
  after: z.array(Key).max(MOST_STEPS).default([]),
  acceptance: z.array(z.string().max(500)).max(20).default([]),
  risk: Risk.default("low"),
  effects: z.array(Effect).default([]),
  /** How long one attempt may take (S2-34: 300 s unless said otherwise). Waiting for a person does not count. */
  timeoutMs: z.number().int().min(100).max(86_400_000).default(300_000),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

export const Plan = z.array(PlannedStep);
export type Plan = readonly PlannedStep[];

/** Refuses (`bad_plan`) a plan that could never finish: no step, a repeated key, a missing dependency, a circle. */
export function checkPlan(plan: Plan, mostSteps = MOST_STEPS): void {
  const reasons = troubleWith(plan, mostSteps);
  if (reasons.length > 0) throw new Refusal("bad_plan", reasons.join(" "));
}

/** Everything that keeps a plan from working, each a sentence that a planner can act on. */
export function troubleWith(plan: Plan, mostSteps = MOST_STEPS): readonly string[] {
  if (plan.length === 0) return ["A plan needs at least one step."];
  if (plan.length > mostSteps) return [`A plan has at most ${mostSteps} steps; this one has ${plan.length}.`];
  const byKey = new Map(plan.map((step, i) => [step.key, i]));
  const repeated = plan.filter((step, i) => byKey.get(step.key) !== i);
  const missing = plan.flatMap((step) =>
    step.after
      .filter((key) => !byKey.has(key))
      .map((key) => `Step "${step.key}" waits for "${key}", which is not in the plan.`),
  );
  const reasons = [...repeated.map((step) => `Two steps share the key "${step.key}".`), ...missing];
  if (reasons.length > 0) return reasons;
  return inCircles(plan).map((key) => `Step "${key}" waits for itself, directly or through others.`);
}

/** The keys that can never become ready, found by taking away what is ready until nothing more can be taken. */
function inCircles(plan: Plan): readonly string[] {
  const waiting = new Map(plan.map((step) => [step.key, new Set(step.after)]));
  const followers = followersOf(plan);
  const free = plan.filter((step) => step.after.length === 0).map((step) => step.key);
  for (let key = free.pop(); key !== undefined; key = free.pop()) {
    waiting.delete(key);
    for (const next of followers.get(key) ?? []) {
      const left = waiting.get(next);
      left?.delete(key);
      if (left?.size === 0) free.push(next);
    }
  }
  return [...waiting.keys()];
}

/** Who waits directly for each step, by its key; a step that nobody waits for is missing. */
export function followersOf(plan: Plan): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, string[]>();
  for (const { key: follower, after } of plan)
    for (const key of after) {
      const known = followers.get(key);
      if (known) known.push(follower);
      else followers.set(key, [follower]);
    }
  return followers;
}

/** Whether this plan does something to the world that its requester should start knowingly (`plan_approval: risky`). */
export const isRisky = (plan: Plan): boolean => plan.some((step) => step.effects.length > 0);
