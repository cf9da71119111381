import type { KeyRow } from "#db/keys.ts";
import type { Project, SavedWorkflow } from "#db/places.ts";
import type { Told } from "#db/story.ts";
import { endingOf, type Run, type Step } from "#engine/run/run.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { tellFact } from "./story.ts";

// What `--json` prints: names with underscores, moments as ISO texts, what is not set as null. Programs rely on it.

/** A project by its settings. */
export const toProject = (project: Project) => ({
  name: project.name,
  repository: project.repository,
  branch: project.branch,
  channel: project.channelId,
  test_command: project.testCommand,
  commands: project.commands,
  reviewers: project.reviewers,
  owner: project.ownerId,
  four_eyes: project.fourEyes,
  plan_approval: project.planApproval,
});

/** A saved workflow; `project` is the name of the one that it belongs to. */
export function toWorkflow({ name, document }: SavedWorkflow, project: string | null) {
  const { title, description, parameters, steps } = Workflow.parse(document);
  return { name, project, title, description, parameters, steps: steps.length };
}

/** A goal in short. */
export const toGoal = (run: Run) => ({
  goal: `g${run.brief?.goalNumber}`,
  run_id: run.id,
  title: run.brief?.title ?? "",
  status: run.status,
  /** "Done", "Answered", "Failed", "Cancelled", "Rehearsed": null while it goes on. */
  ending: endingOf(run),
  reason: run.reason,
  rehearsed: run.brief?.rehearsed ?? false,
  requested_by: run.brief?.requestedBy ?? "",
  channel: run.brief?.channel ?? "",
  project: run.brief?.projectName ?? null,
  steps_done: run.steps.filter(({ status }) => status === "succeeded" || status === "skipped").length,
  steps: run.steps.length,
  requested_at: iso(run.requestedAt),
  ended_at: iso(run.endedAt),
});

/** A run with its plan, and its log as sentences: a lease in it is nobody's business. */
export const toRun = (run: Run, story: readonly Told[]) => ({
  ...toGoal(run),
  text: run.brief?.text ?? "",
  workflow: run.brief?.workflow ?? null,
  parameters: run.brief?.parameters ?? {},
  branch: run.brief?.branch ?? null,
  steps: run.steps.map(toStep),
  story: story.map(({ seq, fact, actor, at }) => ({
    seq,
    type: fact.type,
    step: "key" in fact ? fact.key : null,
    actor,
    at: iso(at),
    text: tellFact(fact, actor),
  })),
});

const toStep = (step: Step) => ({
  key: step.key,
  title: step.title,
  agent: step.agent.kind,
  status: step.status,
  attempt: step.attempt,
  after: step.after,
  summary: step.output?.summary ?? null,
  reason: step.reason,
  commit: step.output?.commit ?? null,
  started_at: iso(step.startedAt),
  ended_at: iso(step.endedAt),
});

/** A key without itself: nobody can read it again. `project` is the name of the only one that it reaches. */
export const toKey = (key: KeyRow, project: string | null) => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  person: key.personId,
  owner: key.ownerId,
  project,
  expires_at: iso(key.expiresAt),
  revoked_at: iso(key.revokedAt),
});

const iso = (at: number | Date | null): string | null => (at === null ? null : new Date(at).toISOString());
