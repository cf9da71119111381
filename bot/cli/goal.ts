import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { workflowByName } from "#db/places.ts";
import { hasWorker } from "#db/workers.ts";
import { Refusal } from "#engine/errors.ts";
import { chooseModel } from "#integrations/agents/choose-model.ts";
import type { GoalRequest } from "../brief.ts";
import { createGoals } from "../goals.ts";
import { askerOf, channelFor } from "./asking.ts";
import { inOffice, type Office } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, readChannel, readPerson } from "./options.ts";
import { print } from "./print.ts";
import { waitForEnd } from "./wait.ts";
import { toGoal } from "./wire.ts";

type Options = Common & {
  readonly as?: string;
  readonly channel?: string;
  readonly project?: string;
  readonly wait?: true;
};

type Wanted = Pick<GoalRequest, "text"> & Partial<Pick<GoalRequest, "workflow" | "parameters">>;

/** `goal "…"` and `goal run <workflow> k=v…`: a running Countersign carries it out. */
export function addGoal(program: Command, operator: Operator): void {
  const goal = withOptions(program.command("goal"))
    .description("Say what should be done; the Countersign that runs carries it out")
    .argument("<text...>", 'the goal in words: "Add a health check"')
    .action((words: readonly string[], options: Options) => {
      refuseMisplaced(words);
      return inOffice(operator, options, (office) =>
        begin(operator, office, { text: words.join(" ") }, options),
      );
    });
  withOptions(goal.command("run"))
    .description("Run a saved workflow")
    .argument("<workflow>", "its name, as ./countersign workflow list shows it")
    .argument("[parameters...]", "name=value, for example version=1.2.3")
    .action((workflow: string, pairs: readonly string[], options: Options) =>
      inOffice(operator, options, async (office) => {
        await checkWorkflow(office, workflow);
        const parameters = Object.fromEntries(pairs.map(readParameter));
        await begin(operator, office, { text: `run ${workflow}`, workflow, parameters }, options);
      }),
    );
}

/** Words that mean something after `/goal`, and here would begin a goal of that name. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["list", "run list"],
  ["status", "run show g14"],
  ["cancel", "run cancel g14"],
  ["help", "goal --help"],
]);

function refuseMisplaced([first = "", ...more]: readonly string[]): void {
  const instead = ELSEWHERE.get(first);
  const isMisplaced = instead !== undefined && more.every((word) => /^g\d+$/i.test(word));
  if (isMisplaced)
    throw new Refusal("bad_input", `Nothing has begun. Did you mean ./countersign ${instead}?`);
}

const withOptions = (command: Command): Command =>
  inWorkspace(command)
    .option("--as <person>", "the Slack id of the person who asks (local-slack: U01ALICE)", readPerson)
    .option(
      "--channel <id>",
      "where its card stands (the project's, else SLACK_DEFAULT_CHANNEL)",
      readChannel,
    )
    .option("--project <name>", "the project that it is for (the channel's)")
    .option("--wait", "wait until it has ended; then exit code 1 says that it was not reached");

async function begin(operator: Operator, office: Office, wanted: Wanted, options: Options): Promise<void> {
  const { config, sql, engine, workspaceId } = office;
  const { project } = options;
  const requestedBy = askerOf(office, options.as);
  const channel = await channelFor(office, { ...options, ...wanted });
  const hasModel = chooseModel(config.models, () => {}) !== null;
  const run = await createGoals({ sql, engine, hasModel }).request(
    { workspaceId, requestedBy, channel, ...wanted, ...(project === undefined ? {} : { project }) },
    `cli:${randomUUID()}`,
  );
  const isCarriedOut = await hasWorker(sql);
  const begun = `g${run.brief?.goalNumber} ${run.brief?.title}`;
  const idle =
    "No Countersign works on this database now: it is carried out as soon as one is started (npm start).";
  if (!options.wait) {
    const lines = [`${begun}: begun in ${channel}`, ...(isCarriedOut ? [] : [idle])];
    print(operator, options, { value: { ...toGoal(run), worker_running: isCarriedOut }, lines });
    return;
  }
  if (!options.json) operator.stdout.write(`${begun}: begun in ${channel}\n`);
  if (!isCarriedOut) operator.stderr.write(`${idle}\n`);
  await waitForEnd(operator, office, run, options);
}

async function checkWorkflow({ sql, workspaceId }: Office, name: string): Promise<void> {
  if (await workflowByName(sql, workspaceId, name)) return;
  throw new Refusal(
    "not_found",
    `There is no workflow “${name}”: ./countersign workflow list shows what there is. A goal in words that begins with “run” is written in quotes: ./countersign goal "run …"`,
  );
}

function readParameter(text: string): readonly [name: string, value: string] {
  const [, name, value = ""] = /^([a-z][a-z0-9_-]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined) return [name, value];
  throw new Refusal(
    "bad_input",
    `“${text}” is no parameter: write name=value, for example version=1.2.3. A goal in words that begins with “run” is written in quotes: ./countersign goal "run …"`,
  );
}
