import type { Sql } from "postgres";
import { type Project, projectById, projectByName, projectOfChannel, workflowByName } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { Plan } from "#engine/run/plan.ts";
import { Brief } from "#engine/run/run.ts";
import { planOf, Workflow } from "#engine/run/workflow.ts";
import { idFrom } from "./ids.ts";

/** What somebody asks for, as a slash command, the form, the CLI or the API bring it. */
export type GoalRequest = {
  readonly workspaceId: string;
  readonly requestedBy: string;
  readonly channel: string;
  readonly text: string;
  /** A saved workflow's name: then no planner is needed. */
  readonly workflow?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly requirements?: readonly string[] | undefined;
  readonly maxTimeMs?: number | undefined;
  readonly testsMustPass?: boolean | undefined;
  readonly project?: string | undefined;
  readonly reviewers?: readonly string[] | undefined;
  readonly priority?: Brief["priority"] | undefined;
  /** The plan must hold a security step. */
  readonly securityAudit?: boolean | undefined;
} & FromOutside;

/** What comes with a goal of a program outside, and goes through with it. */
export type FromOutside = {
  /** The agent that asks in somebody's name; missing where the person themselves asks. */
  readonly agent?: string;
  readonly correlationId?: string;
  readonly traceparent?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** S3-47: two hours of working time unless said otherwise; waiting does not count. */
const MAX_TIME_MS = 2 * 3_600_000;

/** What of a request decides which project it is for, and whether it has its plan already. */
type Asked = {
  readonly workspaceId: string;
  readonly channel: string;
  readonly text: string;
  readonly workflow?: string | null | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly project?: string | null | undefined;
  readonly testsMustPass?: boolean | undefined;
};

export type What = {
  readonly project: Project | null;
  readonly plan: Plan | null;
  readonly title: string;
  /** With the workflow's defaults filled in. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** What is asked, with the rules of its project. Throws `Refusal` (`bad_input`) with the first thing that is wrong. */
export function toBrief(
  asked: GoalRequest,
  { project, title, parameters }: What,
  own: {
    readonly goalId: string;
    readonly goalNumber: number;
    readonly rehearsed: boolean;
    readonly onceId: string;
  },
): Brief {
  const { goalId, goalNumber, rehearsed, onceId } = own;
  const parsed = Brief.safeParse({
    ...{ goalId, goalNumber, rehearsed, title, feedback: null },
    ...{
      text: asked.text,
      requestedBy: asked.requestedBy,
      channel: asked.channel,
      workflow: asked.workflow ?? null,
    },
    ...{ requirements: asked.requirements ?? [], parameters },
    ...{ projectId: project?.id ?? null, projectName: project?.name ?? null },
    ...{ branch: branchOf(goalNumber, title, onceId), maxTimeMs: asked.maxTimeMs ?? MAX_TIME_MS },
    ...{ testsMustPass: asked.testsMustPass ?? false, priority: asked.priority ?? "normal" },
    ...{ planApproval: project?.planApproval ?? "risky", fourEyes: project?.fourEyes ?? "when_possible" },
    reviewers: reviewersOf(asked, project),
    ...reviewChannelOf(asked, project),
    ...outsideOf(asked),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal("bad_input", `The goal can't be taken: ${issue?.path.join(".")}: ${issue?.message}.`);
}

/** What is not there is left out: a brief of Slack's says nothing of programs outside. */
const outsideOf = ({ securityAudit, agent, correlationId, traceparent, metadata }: GoalRequest) => ({
  ...(securityAudit ? { securityAudit } : {}),
  ...(agent === undefined ? {} : { agent }),
  ...(correlationId === undefined ? {} : { correlationId }),
  ...(traceparent === undefined ? {} : { traceparent }),
  ...(metadata === undefined ? {} : { metadata }),
});

/** Whoever asks may choose among a project's reviewers, and never themselves: else they would choose who approves. */
function reviewersOf({ reviewers, requestedBy }: GoalRequest, project: Project | null): readonly string[] {
  const own = project?.reviewers ?? [];
  if (reviewers === undefined) return own;
  if (reviewers.includes(requestedBy))
    throw new Refusal("bad_input", "Name other reviewers than yourself, or none.");
  if (own.length > 0 && reviewers.some((one) => !own.includes(one)))
    throw new Refusal(
      "bad_input",
      `${project?.name} has its own reviewers: choose among them, or name none.`,
    );
  return reviewers;
}

/** The rules of a new run, as the project has them now. Who asks this time is no reviewer of their own request any more. */
export function rulesAgain(brief: Brief, project: Project | null, by: string): Partial<Brief> {
  const others = brief.reviewers.filter((one) => one !== by);
  const reviewers = others.length > 0 ? others : (project?.reviewers ?? []);
  if (!project) return { reviewers: [...reviewers] };
  return { reviewers: [...reviewers], fourEyes: project.fourEyes, planApproval: project.planApproval };
}

/** A project's goal that is typed elsewhere, for example in a direct message, is still for the project's channel to approve. */
function reviewChannelOf({ channel }: GoalRequest, project: Project | null) {
  const own = project?.channelId ?? channel;
  return own === channel ? {} : { reviewChannel: own };
}

/** Why the tests of this project can't be asked to pass. */
export const noTests = (project: Project | null): Refusal =>
  new Refusal(
    "bad_input",
    project
      ? `“Tests must pass” needs a test command, and ${project.name} has none: \`./countersign project add\` sets it.`
      : "“Tests must pass” needs a project with a test command. Choose a project.",
    { field: "constraints.must_pass_tests" },
  );

/** The run's branch, for example `countersign/g14-release-billing-1-2-3-7f3a`: the tail keeps two runs of one goal apart. */
export function branchOf(number: number, title: string, onceId: string): string {
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return `countersign/g${number}-${slug || "goal"}-${idFrom(onceId, "branch").slice(0, 4)}`;
}

/** The project, the plan (where a saved workflow has one) and the title of what is asked. */
export async function resolve(sql: Sql, asked: Asked): Promise<What> {
  if (asked.workflow) return resolveWorkflow(sql, asked, asked.workflow);
  const project = await projectFor(sql, asked);
  if (asked.testsMustPass && !project?.testCommand) throw noTests(project);
  const [title = ""] = asked.text.trim().split("\n");
  return { project, plan: null, title: title.slice(0, 150), parameters: {} };
}

async function resolveWorkflow(sql: Sql, asked: Asked, name: string): Promise<What> {
  const { workspaceId, parameters = {} } = asked;
  const saved = await workflowByName(sql, workspaceId, name);
  if (!saved) throw new Refusal("not_found", `There is no workflow “${name}”. \`/goal list\` shows them.`);
  const own = saved.projectId === null ? null : await projectById(sql, workspaceId, saved.projectId);
  if (own && asked.project && asked.project !== own.name)
    throw new Refusal(
      "bad_input",
      `Workflow “${name}” is for project ${own.name}, not ${asked.project}. Save it under another name for that one: \`./countersign workflow add\`.`,
    );
  const project = own ?? (await projectFor(sql, asked));
  return { project, ...planOf(Workflow.parse(saved.document), { parameters, project: project?.name ?? "" }) };
}

async function projectFor(sql: Sql, { workspaceId, project, channel }: Asked): Promise<Project | null> {
  if (!project) return projectOfChannel(sql, workspaceId, channel);
  const found = await projectByName(sql, workspaceId, project);
  if (!found)
    throw new Refusal(
      "not_found",
      `There is no project “${project}”. \`./countersign project list\` shows them.`,
    );
  return found;
}
