import type { Command } from "commander";
import { storyOf, type Told } from "#db/story.ts";
import { endingOf, type Run, type Step } from "#engine/run/run.ts";
import { STEP_LOOKS } from "../slack/blocks/step-words.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print, table, timeOf } from "./print.ts";
import { runOf } from "./run-of.ts";
import { tellFact } from "./story.ts";
import { toRun } from "./wire.ts";

/** `run show`: what was asked, the plan with how far each step is, and everything that happened. */
export function addRunShow(run: Command, operator: Operator): void {
  inWorkspace(run.command("show"))
    .description("Show a goal: its plan and its story")
    .argument("<goal>", "a goal's number, such as g14 (then its latest run), or a run's id")
    .action((name: string, options: Common) =>
      inOffice(operator, options, async (office) => {
        const shown = await runOf(office, name);
        const story = await storyOf(office.sql, office.workspaceId, shown.id);
        print(operator, options, {
          value: toRun(shown, story),
          lines: [...headOf(shown), "", ...planOf(shown), "", ...linesOf(story)],
        });
      }),
    );
}

function headOf(run: Run): readonly string[] {
  const { brief } = run;
  const state = endingOf(run) ?? run.status;
  return [
    `g${brief?.goalNumber} ${brief?.title} · ${state}${run.reason === null ? "" : `: ${run.reason}`}`,
    `Asked for by ${brief?.requestedBy} in ${brief?.channel}${brief?.projectName ? `, for ${brief.projectName}` : ""}`,
    `Run ${run.id}, on branch ${brief?.branch}`,
    ...(brief?.rehearsed ? ["Rehearsed: nothing is changed."] : []),
  ];
}

const planOf = (run: Run): readonly string[] =>
  run.steps.length === 0
    ? [run.planTrouble === null ? "No plan yet." : `The planner is stuck: ${run.planTrouble}`]
    : table(
        run.steps.map((step) => [`  ${STEP_LOOKS[step.status].sign}`, step.key, step.title, endOf(step)]),
      );

function endOf({ status, output, reason }: Step): string {
  const { word } = STEP_LOOKS[status];
  const more = status === "succeeded" ? output?.summary : reason;
  return more ? `${word}: ${more}` : word;
}

const linesOf = (story: readonly Told[]): readonly string[] =>
  table(
    story.map(({ seq, fact, actor, at }) => [String(seq).padStart(4), timeOf(at), tellFact(fact, actor)]),
  );
