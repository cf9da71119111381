import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import {
  listProjects,
  listWorkflows,
  type Project,
  projectByName,
  saveProject,
  saveWorkflow,
} from "#db/places.ts";
import { StartFailure } from "#engine/errors.ts";
import { Workflow } from "#engine/run/workflow.ts";
import { readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import { createWorkspaces } from "#integrations/workspaces/workspaces.ts";
import { inOffice } from "./office.ts";
import { print, say } from "./print.ts";
import type { Terminal } from "./terminal.ts";

type Common = { readonly json?: boolean; readonly workspace?: string };
type Adding = Common & {
  readonly name?: string;
  readonly channel?: string;
  readonly branch?: string;
  readonly test?: string;
  readonly command: Readonly<Record<string, string>>;
  readonly reviewer: readonly string[];
  readonly fourEyes: Project["fourEyes"];
  readonly planApproval: Project["planApproval"];
};

/** `project add|list` and `workflow add|list`. */
export function addProjects(program: Command, terminal: Terminal): void {
  const project = program.command("project").description("Repositories that goals work on");
  common(project.command("add").description("Add a git repository, or change the one of that name"))
    .argument("<repository>", "a folder (such as .) or an address that git understands")
    .option("--name <name>", "what people call it (the folder's name)")
    .option("--channel <id>", "the Slack channel that it belongs to, such as C0123456789")
    .option("--branch <name>", "where runs begin (the repository's own branch)")
    .option("--test <line>", "the command that runs its tests (found where it can be)")
    .option("--command <name=line>", "a command that a planner may name; can be given again", readCommand, {})
    .option("--reviewer <id>", "a Slack user who answers its questions; up to five", collect, [])
    .option(
      "--four-eyes <rule>",
      "always, when_possible or never",
      oneOf("always", "when_possible", "never"),
      "when_possible",
    )
    .option("--plan-approval <rule>", "always, risky or never", oneOf("always", "risky", "never"), "risky")
    .action((repository: string, options: Adding) => add(terminal, repository, options));
  common(project.command("list").description("List the projects")).action((options: Common) =>
    inOffice(terminal, async ({ sql, workspace }) => {
      const projects = await listProjects(sql, (await workspace(options.workspace)).workspaceId);
      print(terminal, options.json, projects, {
        head: ["name", "repository", "channel", "tests"],
        rows: projects.map((one) => [one.name, one.repository, one.channelId ?? "-", one.testCommand ?? "-"]),
        none: "No projects yet. In a repository: ./countersign project add .",
      });
    }),
  );
  const workflow = program.command("workflow").description("Plans that were saved under a name");
  common(workflow.command("add").description("Save a workflow from a file"))
    .argument("<file>", "a YAML file, such as examples/workflows/release.yml")
    .option("--project <name>", "the project that it is for")
    .action((file: string, options: Common & { readonly project?: string }) =>
      addWorkflow(terminal, file, options),
    );
  common(workflow.command("list").description("List the workflows")).action((options: Common) =>
    inOffice(terminal, async ({ sql, workspace }) => {
      const saved = await listWorkflows(sql, (await workspace(options.workspace)).workspaceId);
      const workflows = saved.map(({ document }) => Workflow.parse(document));
      print(terminal, options.json, workflows, {
        head: ["name", "parameters", "description"],
        rows: workflows.map((one) => [
          one.name,
          Object.keys(one.parameters).join(" ") || "-",
          one.description,
        ]),
        none: "No workflows yet. ./countersign workflow add <file>",
      });
    }),
  );
}

/** What every command of an office has. */
export const common = (command: Command): Command =>
  command
    .option("--json", "for programs")
    .option("--workspace <id>", "which Slack workspace, where there are several");

async function add(terminal: Terminal, repository: string, options: Adding): Promise<void> {
  await inOffice(terminal, async ({ config, sql, workspace }) => {
    const { workspaceId } = await workspace(options.workspace);
    const workspaces = createWorkspaces({
      dir: `${config.dataDir}/work`,
      environment: terminal.env,
      log: () => {},
    });
    const isPath = /^[./]/.test(repository) || !/[:@]/.test(repository);
    const found = await workspaces.checkProject(isPath ? resolve(terminal.dir, repository) : repository);
    const before = await projectByName(sql, workspaceId, options.name ?? found.name);
    const project = toProject(options, found, workspaceId, before);
    await saveProject(sql, project);
    say(
      terminal,
      options.json,
      project,
      `${before ? "Changed" : "Added"} ${project.name}: ${found.repository} (${found.defaultBranch})`,
      `Tests: ${project.testCommand ?? "none found: give one with --test, or “tests must pass” is refused"}`,
      project.channelId
        ? `Channel: ${project.channelId}`
        : "No channel yet: goals name the project in the form, or give --channel.",
    );
  });
}

/** What is not said stays as it was. */
const toProject = (
  options: Adding,
  found: Awaited<ReturnType<ReturnType<typeof createWorkspaces>["checkProject"]>>,
  workspaceId: string,
  before: Project | null,
): Project => ({
  ...{ id: before?.id ?? randomUUID(), workspaceId, name: options.name ?? found.name },
  ...{ repository: found.repository, branch: options.branch ?? before?.branch ?? null },
  channelId: options.channel ?? before?.channelId ?? null,
  testCommand: options.test ?? found.testCommand,
  commands: { ...before?.commands, ...options.command },
  reviewers: options.reviewer.length > 0 ? options.reviewer : (before?.reviewers ?? []),
  ...{ fourEyes: options.fourEyes, planApproval: options.planApproval },
});

async function addWorkflow(
  terminal: Terminal,
  file: string,
  options: Common & { readonly project?: string },
): Promise<void> {
  await inOffice(terminal, async ({ sql, workspace }) => {
    const { workspaceId } = await workspace(options.workspace);
    const document = await readWorkflowFile(resolve(terminal.dir, file));
    const project =
      options.project === undefined ? null : await projectByName(sql, workspaceId, options.project);
    if (options.project !== undefined && !project)
      throw new StartFailure(`There is no project “${options.project}”.`);
    await saveWorkflow(sql, workspaceId, { name: document.name, projectId: project?.id ?? null, document });
    say(terminal, options.json, document, `Saved. In Slack: /goal run ${document.name}${usageOf(document)}`);
  });
}

const usageOf = ({ parameters }: Workflow): string =>
  Object.entries(parameters)
    .map(([name, { example }]) => ` ${name}=${example ?? "…"}`)
    .join("");

function readCommand(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, name, line] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || line === undefined)
    throw new InvalidArgumentError("write it as name=line, for example lint=npm run lint");
  return { ...before, [name]: line };
}

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text];

const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new InvalidArgumentError(`write one of ${words.join(", ")}.`);
    return word;
  };
