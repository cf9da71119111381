import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { type Goal, goalByNumber, listGoals } from "#db/goals.ts";
import { loadRun } from "#db/load.ts";
import { projectByName, workflowByName } from "#db/places.ts";
import { storyOf } from "#db/story.ts";
import { StartFailure } from "#engine/errors.ts";
import { endingOf, hasEnded, isDone, type Run } from "#engine/run/run.ts";
import { readCommand } from "../slack/grammar.ts";
import { inOffice, type Office } from "./office.ts";
import { print, say } from "./print.ts";
import { common } from "./projects.ts";
import type { Terminal } from "./terminal.ts";

type Common = { readonly json?: boolean; readonly workspace?: string };
type Asking = Common & { readonly as?: string; readonly channel?: string; readonly project?: string };

/** Whom and where the local Slack means when nobody is named. */
const LOCAL = { person: "U01ALICE", channel: "C01GENERAL" } as const;

/** `goal …` and `run list|show|cancel`. */
export function addRuns(program: Command, terminal: Terminal): void {
  common(program.command("goal").description("Give the agents a goal; a running Countersign carries it out"))
    .argument("<words...>", "the goal, or: run <workflow> name=value …")
    .option("--as <id>", "the Slack user who asks (local-slack: U01ALICE)")
    .option("--channel <id>", "the Slack channel of its card (the project's, else SLACK_DEFAULT_CHANNEL)")
    .option("--project <name>", "the project that it is for")
    .action((words: readonly string[], options: Asking) => begin(terminal, words.join(" "), options));
  const run = program.command("run").description("What goals have led to");
  common(run.command("list").description("List goals, the newest first"))
    .option("--open", "only those that go on")
    .action((options: Common & { readonly open?: boolean }) => list(terminal, options));
  common(run.command("show").description("Show a goal: its steps and its story"))
    .argument("<goal>", "its number, such as g14, or a run's id")
    .action((name: string, options: Common) => show(terminal, name, options));
  common(run.command("cancel").description("Stop a goal for good"))
    .argument("<goal>", "its number, such as g14")
    .option("--as <id>", "the Slack user who cancels (local-slack: U01ALICE)")
    .action((name: string, options: Asking) => cancel(terminal, name, options));
}

async function begin(terminal: Terminal, text: string, options: Asking): Promise<void> {
  await inOffice(terminal, async (office) => {
    const { workspaceId } = await office.workspace(options.workspace);
    const requestedBy = personOf(office, options);
    const { workflow, parameters } = await readGoal(office, workspaceId, text);
    const channel = await channelOf(office, workspaceId, options, workflow);
    const named = options.project === undefined ? {} : { project: options.project };
    const saved = workflow === undefined ? {} : { workflow, parameters };
    const asked = { workspaceId, requestedBy, channel, text, ...saved, ...named };
    const run = await office.goals.request(asked, `cli:${randomUUID()}`);
    const number = `g${run.brief?.goalNumber}`;
    say(
      terminal,
      options.json,
      { goal: number, run: run.id },
      `${number} has begun: ${run.brief?.title}`,
      `./countersign run show ${number}`,
    );
  });
}

/** `run release version=1.2.3` where that workflow exists; anything else is a goal in words. */
async function readGoal({ sql }: Office, workspaceId: string, text: string) {
  const [, name] = /^run\s+(\S+)/.exec(text) ?? [];
  const saved = name === undefined ? null : await workflowByName(sql, workspaceId, name);
  const { first } = readCommand(text, saved ? [saved.name] : []);
  return first.kind === "run" ? first : { workflow: undefined, parameters: {} };
}

function personOf({ config }: Office, { as }: Asking): string {
  if (as !== undefined) return as;
  if (config.slack.kind === "local") return LOCAL.person;
  throw new StartFailure("Who asks? Add --as with a Slack user id, such as --as U0123456789.");
}

async function channelOf(
  { config, sql }: Office,
  workspaceId: string,
  options: Asking,
  workflow: string | undefined,
): Promise<string> {
  const project =
    options.project === undefined ? null : await projectByName(sql, workspaceId, options.project);
  const known = options.channel ?? project?.channelId ?? config.slackDefaultChannel;
  if (known) return known;
  if (config.slack.kind === "local") return LOCAL.channel;
  throw new StartFailure(
    `Where does ${workflow ?? "the goal"} stand? Add --channel, or set SLACK_DEFAULT_CHANNEL or the project's channel.`,
  );
}

async function list(terminal: Terminal, options: Common & { readonly open?: boolean }): Promise<void> {
  await inOffice(terminal, async ({ sql, workspace }) => {
    const { workspaceId } = await workspace(options.workspace);
    const goals = await listGoals(sql, workspaceId, { most: 100, isOpen: options.open ?? false });
    print(terminal, options.json, goals.map(toJson), {
      head: ["goal", "state", "steps", "asked by", "title"],
      rows: goals.map(({ number, run }) => [
        `g${number}`,
        stateOf(run),
        stepsOf(run),
        run.brief?.requestedBy ?? "",
        run.brief?.title ?? "",
      ]),
      none: options.open ? "Nothing goes on." : "No goals yet.",
    });
  });
}

async function show(terminal: Terminal, name: string, options: Common): Promise<void> {
  await inOffice(terminal, async ({ sql, workspace }) => {
    const { workspaceId } = await workspace(options.workspace);
    const byId = /^[0-9a-f-]{36}$/.test(name) ? await loadRun(sql, workspaceId, name) : null;
    const run = byId ?? (await goalOf(sql, workspaceId, name)).run;
    const story = await storyOf(sql, workspaceId, run.id);
    say(
      terminal,
      options.json,
      { run, story },
      `g${run.brief?.goalNumber} ${run.brief?.title} · ${stateOf(run)}${run.reason ? ` · ${run.reason}` : ""}`,
      ...run.steps.map(
        (step) =>
          `  ${step.status.padEnd(10)} ${step.title}${step.output ? ` · ${step.output.summary}` : ""}`,
      ),
      "",
      ...story.map(
        ({ seq, fact, actor, at }) =>
          `${String(seq).padStart(4)}  ${new Date(at).toISOString()}  ${fact.type}${"key" in fact ? ` ${fact.key}` : ""}  ${actor}`,
      ),
    );
  });
}

async function cancel(terminal: Terminal, name: string, options: Asking): Promise<void> {
  await inOffice(terminal, async (office) => {
    const { workspaceId } = await office.workspace(options.workspace);
    const { number, run } = await goalOf(office.sql, workspaceId, name);
    const after = await office.goals.cancel(run, personOf(office, options), `cli:${randomUUID()}`);
    say(terminal, options.json, toJson({ id: run.id, number, run: after }), `Cancelled g${number}.`);
  });
}

async function goalOf(sql: Office["sql"], workspaceId: string, name: string): Promise<Goal> {
  const [, number] = /^g?(\d{1,9})$/i.exec(name) ?? [];
  const goal = number === undefined ? null : await goalByNumber(sql, workspaceId, Number(number));
  if (!goal) throw new StartFailure(`There is no goal “${name}”. ./countersign run list shows them.`);
  return goal;
}

const toJson = ({ number, run }: Goal) => ({
  goal: `g${number}`,
  run: run.id,
  title: run.brief?.title,
  state: stateOf(run),
  steps: run.steps.map(({ key, title, status }) => ({ key, title, status })),
});

const stateOf = (run: Run): string => (hasEnded(run) ? (endingOf(run) ?? run.status) : run.status);

const stepsOf = ({ steps }: Run): string => `${steps.filter(isDone).length}/${steps.length}`;
