import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { System } from "#db/connections.ts";
import { type Project, projectByName, saveProject } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { CheckedProject } from "#integrations/workspaces/check-project.ts";
import { createWorkspaces } from "#integrations/workspaces/workspaces.ts";
import { idFrom } from "../ids.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { settleConnections } from "../sync/settle-connections.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { checkMember } from "./check-member.ts";
import { inOffice, type Office, quietLogger } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, oneOf, orNone, readChannel, readPerson, unlessNone } from "./options.ts";
import { print } from "./print.ts";
import { toProject } from "./wire.ts";

type Options = Common & {
  readonly name?: string;
  readonly channel?: string;
  readonly branch?: string;
  readonly test?: string;
  readonly command?: Readonly<Record<string, string>>;
  readonly reviewer?: readonly string[];
  readonly owner?: string;
  readonly fourEyes?: Project["fourEyes"];
  readonly planApproval?: Project["planApproval"];
};

const MOST_REVIEWERS = 5;

/** `project add`: a git repository for goals to work on. Of one that is there already, only what is said changes. */
export function addProjectAdd(project: Command, operator: Operator): void {
  inWorkspace(project.command("add"))
    .description("Add a git repository, or change the project of that name")
    .argument("<repository>", "a folder (such as .), or an address that git understands")
    .option("--name <name>", "what people call it (by default the repository's own name)", readName)
    .option("--channel <id>", 'the Slack channel that it belongs to; or "none"', orNone(readChannel))
    .option("--branch <name>", 'where runs begin; "none": the branch that the repository is on', orNone(same))
    .option(
      "--test <line>",
      'the command that runs its tests, found where it can be; or "none"',
      orNone(same),
    )
    .option("--command <name=line>", "a command that plans may use; can be given several times", readCommand)
    .option(
      "--reviewer <id>",
      `a person who answers its questions, up to ${MOST_REVIEWERS}; or "none"`,
      readReviewer,
    )
    .option(
      "--owner <id>",
      'who is told what only they can mend, such as a field that Jira requires; or "none"',
      orNone(readPerson),
    )
    .option("--four-eyes <rule>", "always, when_possible or never", oneOf("always", "when_possible", "never"))
    .option("--plan-approval <rule>", "always, risky or never", oneOf("always", "risky", "never"))
    .action((repository: string, options: Options) => add(operator, repository, options));
}

async function add(operator: Operator, repository: string, options: Options): Promise<void> {
  await inOffice(operator, options, async (office) => {
    const { config, sql, workspaceId } = office;
    const { checkProject } = createWorkspaces({
      dir: join(config.dataDir, "work"),
      environment: operator.env,
      log: () => {},
    });
    const found = await checkProject(isFolder(repository) ? resolve(operator.dir, repository) : repository);
    const name = options.name ?? readName(found.name);
    const before = await projectByName(sql, workspaceId, name);
    if (before && before.repository !== found.repository && options.name === undefined)
      throw new Refusal(
        "bad_input",
        `There is a project “${name}” already, for ${before.repository}: give this one another name with --name, or write --name ${name} to move that one here.`,
      );
    if (options.owner && options.owner !== "none") await checkMember(config, workspaceId, options.owner);
    const project = toSaved(options, found, before ?? newProject(workspaceId, name, found));
    await saveProject(sql, project);
    const systems = await connectAsFileSays(operator, office, name);
    print(operator, options, {
      value: toProject(project),
      lines: [...linesOf(project, before !== null, found), ...systems.map(connectedLine(name))],
    });
  });
}

/** What countersign.yaml says of the project holds from now on, not from the next start. */
async function connectAsFileSays(
  operator: Operator,
  { config, sql, workspaceId }: Office,
  name: string,
): Promise<readonly System[]> {
  const { jira, confluence } = config.projects[name] ?? {};
  if (!jira && !confluence) return [];
  const log = quietLogger(operator);
  await settleConnections({ sql, secrets: createSecrets(config.secret), config, workspaceId, log });
  return [...(jira ? ["jira" as const] : []), ...(confluence ? ["confluence" as const] : [])];
}

const connectedLine =
  (project: string) =>
  (system: System): string =>
    `${NAME_OF[system]}: as countersign.yaml says. Look first: ./countersign ${system} check ${project}`;

const newProject = (workspaceId: string, name: string, found: CheckedProject): Project => ({
  ...{ id: idFrom(workspaceId, `project:${name}`), workspaceId, name, repository: found.repository },
  ...{ branch: null, channelId: null, testCommand: found.testCommand, commands: {}, reviewers: [] },
  ...{ ownerId: null, fourEyes: "when_possible", planApproval: "risky" },
});

/** What is not said stays as it was: nobody loses their reviewers by changing a branch. */
function toSaved(options: Options, { repository }: CheckedProject, before: Project): Project {
  const said = <T>(value: T | undefined, kept: T): T => (value === undefined ? kept : value);
  return {
    ...before,
    repository,
    branch: said(unlessNone(options.branch), before.branch),
    channelId: said(unlessNone(options.channel), before.channelId),
    testCommand: said(unlessNone(options.test), before.testCommand),
    commands: { ...before.commands, ...options.command },
    reviewers: said(options.reviewer, before.reviewers),
    ownerId: said(unlessNone(options.owner), before.ownerId),
    fourEyes: said(options.fourEyes, before.fourEyes),
    planApproval: said(options.planApproval, before.planApproval),
  };
}

function linesOf(project: Project, isChanged: boolean, { defaultBranch }: CheckedProject): readonly string[] {
  const { name, repository, branch, testCommand, channelId, reviewers, ownerId, commands } = project;
  const names = Object.keys(commands);
  return [
    `${isChanged ? "Changed" : "Added"} ${name}: ${repository}, from branch ${branch ?? defaultBranch}`,
    `Tests:     ${testCommand ?? "none, so “tests must pass” is refused: give the command with --test"}`,
    `Commands:  ${names.length > 0 ? names.join(", ") : "no others: --command name=line lists one"}`,
    `Channel:   ${channelId ?? "none, so a goal must name the project: --channel C… sets one"}`,
    `Reviewers: ${reviewers.length > 0 ? reviewers.join(", ") : "the full members of the channel"}`,
    ...(ownerId === null ? [] : [`Owner:     ${ownerId}`]),
  ];
}

/** As a shell's user means it: `.`, `/srv/x`, `../x` and `x` are folders, what has a colon is an address. */
const isFolder = (text: string): boolean => /^[./]/.test(text) || !text.includes(":");

function readName(text: string): string {
  if (!/^[\w][\w.-]{0,59}$/.test(text))
    throw new InvalidArgumentError(
      `“${text}” is no project name: use letters, digits, dots, dashes and underscores, at most 60 (--name).`,
    );
  return text;
}

function readCommand(text: string, before: Options["command"]): Options["command"] {
  const [, name = "", line = ""] = /^([a-z][a-z0-9-]{0,39})=(.*)$/s.exec(text) ?? [];
  if (name === "" || line.trim() === "")
    throw new InvalidArgumentError('Write it as name=line, for example --command "lint=npm run lint".');
  if (name === "test") throw new InvalidArgumentError("The command that runs the tests is set by --test.");
  return { ...before, [name]: line };
}

function readReviewer(text: string, before: readonly string[] = []): readonly string[] {
  if (text === "none") return [];
  const all = [...new Set([...before, readPerson(text)])];
  if (all.length > MOST_REVIEWERS)
    throw new InvalidArgumentError(`A project has at most ${MOST_REVIEWERS} reviewers.`);
  return all;
}

const same = (text: string): string => text;
