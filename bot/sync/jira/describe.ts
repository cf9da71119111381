import type { Step } from "#engine/run/run.ts";
import {
  type Adf,
  bulletList,
  doc,
  heading,
  orderedList,
  paragraph,
  strong,
} from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import { agentOf, plainAgentName } from "../../slack/blocks/who.ts";
import type { RunStory } from "../follower.ts";
import { goalTextOf } from "../goal-text.ts";
import { named, namedLine, namedParagraphs, nameOfPerson, rehearsed } from "./words.ts";

const MOST_IN_LINE = 300;

/** What the run's own issue says: the goal, what it demands, who asked for it, where it is worked on, the plan. */
export function describeRun(story: RunStory): Adf {
  const { brief, run } = story;
  return doc([
    ...rehearsed(story),
    heading(3, "Goal"),
    ...namedParagraphs(goalTextOf(brief), story),
    ...part("Requirements", listOf(brief.requirements, story)),
    ...part("What should be different this time", namedParagraphs(brief.feedback ?? "", story)),
    paragraph(whoAndWhere(story)),
    ...part("Plan", planOf(run.steps, story)),
    paragraph("Countersign keeps this issue in step. What has to be decided, is decided in Slack."),
  ]);
}

/** "Asked by Alice · workflow ship (version: 0.2.0) · project billing · branch countersign/g14-ship-7f3a". */
function whoAndWhere(story: RunStory): string {
  const { agent, requestedBy, workflow, parameters, projectName, branch } = story.brief;
  const person = nameOfPerson(requestedBy, story);
  return [
    agent === undefined ? `Asked by ${person}` : `Asked by ${plainAgentName(agent)}, for ${person}`,
    workflow === null ? "" : `workflow ${workflow}${given(parameters, story)}`,
    projectName === null ? "" : `project ${projectName}`,
    projectName === null ? "" : `branch ${branch}`,
  ]
    .filter((words) => words !== "")
    .join(" · ");
}

function given(parameters: Readonly<Record<string, string>>, story: RunStory): string {
  const all = Object.entries(parameters).map(([name, value]) => `${name}: ${namedLine(value, 200, story)}`);
  return all.length === 0 ? "" : ` (${all.join(", ")})`;
}

function planOf(steps: readonly Step[], story: RunStory): readonly AdfNode[] {
  if (steps.length === 0) return [];
  return [
    orderedList(
      steps.map((step) => namedLine(`${step.title} (${whoDoes(step, story)})`, MOST_IN_LINE, story)),
    ),
  ];
}

const whoDoes = (step: Step, { run, context }: RunStory): string =>
  agentOf(step, run, context).replaceAll("`", "");

/** What a step's story says: what is to be done, by whom, and when it is done. */
export function describeStep(step: Step, story: RunStory): Adf {
  const { run } = story;
  const before = run.steps.filter(({ key }) => step.after.includes(key));
  return doc([
    ...rehearsed(story),
    ...namedParagraphs(step.instructions, story),
    ...(step.agent.kind === "person" ? namedParagraphs(step.agent.what, story) : []),
    ...part("Done when", listOf(step.acceptance, story)),
    paragraph(strong("Who: "), named(whoDoes(step, story), story)),
    ...(before.length === 0
      ? []
      : [paragraph(strong("After: "), namedLine(before.map(({ title }) => title).join(", "), 1_000, story))]),
    ...(step.risk === "low" ? [] : [paragraph(strong("Risk: "), step.risk)]),
  ]);
}

const part = (title: string, blocks: readonly AdfNode[]): readonly AdfNode[] =>
  blocks.length === 0 ? [] : [heading(3, title), ...blocks];

const listOf = (lines: readonly string[], story: RunStory): readonly AdfNode[] =>
  lines.length === 0 ? [] : [bulletList(lines.map((line) => named(line, story)))];
