import type { Step } from "#engine/run/run.ts";
import { type Adf, oneLine } from "#integrations/jira/adf.ts";
import type { Category } from "#integrations/jira/issue.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { RunStory } from "../follower.ts";
import { describeRun, describeStep } from "./describe.ts";
import { namedLine } from "./words.ts";

/** Which thing of a run: the whole, or one step. */
export type Part = "run" | `step:${string}`;

/** Where an issue should stand: a kind of status, "cancelled" for an end that says so. */
export type Stands = Category | "cancelled";

/** An issue as it should be. */
export type DesiredIssue = {
  readonly key: Part;
  readonly type: string;
  readonly summary: string;
  readonly describe: () => Adf;
  readonly labels: readonly string[];
  /** It stands under the run's own issue. */
  readonly isUnder: boolean;
  /** The Slack id of whose it is; null: nobody's. */
  readonly assigned: string | null;
  /** Null: it stays where it is. */
  readonly stands: Stands | null;
  /** Since when it works, where nothing else has happened to it yet (ms since 1970): what is done soon need not be shown under way. */
  readonly workingSince: number | null;
};

const MOST_IN_SUMMARY = 255;
const SLACK_ID = /^[UW][A-Z0-9]{2,20}$/;

/** Every issue that a run should have: the run's own first, then in epic mode one for each step, once the plan was started. */
export function desiredIssues(
  story: RunStory,
  settings: JiraSettings,
  mode: "issue" | "epic",
): readonly DesiredIssue[] {
  const { run } = story;
  const wasStarted = run.status !== "planning" && story.facts.some(({ fact }) => fact.type === "run.started");
  const stories = mode === "epic" && wasStarted ? run.steps : [];
  return [ofRun(story, settings, mode), ...stories.map((step) => ofStep(step, story, settings))];
}

function ofRun(story: RunStory, { issueTypes, labels }: JiraSettings, mode: "issue" | "epic"): DesiredIssue {
  const { requestedBy } = story.brief;
  return {
    key: "run",
    type: mode === "epic" ? issueTypes.epic : issueTypes.goal,
    summary: runSummary(story),
    describe: () => describeRun(story),
    labels,
    isUnder: false,
    assigned: SLACK_ID.test(requestedBy) ? requestedBy : null,
    stands: whereRunStands(story),
    workingSince: null,
  };
}

/** "Ship billing 1.2.3 (g14)". */
export function runSummary(story: RunStory): string {
  const { title, goalNumber, rehearsed } = story.brief;
  const number = ` (g${goalNumber})`;
  const line = namedLine(`${rehearsed ? "Rehearsal: " : ""}${title}`, MOST_IN_SUMMARY - number.length, story);
  return `${line}${number}`;
}

function ofStep(step: Step, story: RunStory, { issueTypes, labels }: JiraSettings): DesiredIssue {
  const { agent } = step;
  const [first = null] = agent.kind === "person" ? agent.people : [];
  const isFresh = step.status === "working" && step.attempt === 1;
  return {
    key: `step:${step.key}`,
    type: issueTypes.step,
    summary: oneLine(step.title, MOST_IN_SUMMARY),
    describe: () => describeStep(step, story),
    labels,
    isUnder: true,
    assigned: first !== null && SLACK_ID.test(first) ? first : null,
    stands: whereStepStands(step),
    workingSince: isFresh ? step.startedAt : null,
  };
}

/** What failed stays where it is: a comment says so. */
function whereRunStands({ run }: RunStory): Stands | null {
  switch (run.status) {
    case "planning":
    case "proposed":
      return "new";
    case "running":
      return "indeterminate";
    case "succeeded":
      return "done";
    case "cancelled":
      return "cancelled";
    case "failed":
      return null;
  }
}

/** A step that was begun once and waits for its next turn is under way. */
function whereStepStands({ status, attempt }: Step): Stands | null {
  switch (status) {
    case "pending":
    case "ready":
      return attempt > 0 ? "indeterminate" : "new";
    case "working":
    case "waiting":
    case "blocked":
    case "retrying":
      return "indeterminate";
    case "succeeded":
      return "done";
    case "skipped":
    case "cancelled":
      return "cancelled";
    case "failed":
      return null;
  }
}
