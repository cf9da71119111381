import { resolve } from "node:path";
import type { Command } from "commander";
import { projectById, projectByName, saveWorkflow, workflowByName } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import { usageOf } from "#engine/run/workflow.ts";
import { readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import { inOffice, type Office } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, unlessNone } from "./options.ts";
import { print } from "./print.ts";
import { toWorkflow } from "./wire.ts";

type Options = Common & { readonly project?: string };

/** `workflow add`: saves a plan under the name that stands in its file, or puts the new one in the old one's place. */
export function addWorkflowAdd(workflow: Command, operator: Operator): void {
  inWorkspace(workflow.command("add"))
    .description("Save a workflow from its file, or change the one of that name")
    .argument("<file>", "a YAML file, such as examples/workflows/release.yml")
    .option("--project <name>", 'the project that it is for; "none": the one of the channel where it is run')
    .action((file: string, options: Options) => add(operator, file, options));
}

async function add(operator: Operator, file: string, options: Options): Promise<void> {
  await inOffice(operator, options, async (office) => {
    const { sql, workspaceId } = office;
    const document = await readWorkflowFile(resolve(operator.dir, file));
    const { name } = document;
    const before = await workflowByName(sql, workspaceId, name);
    const project = unlessNone(options.project);
    const projectId = project === undefined ? (before?.projectId ?? null) : await idOf(office, project);
    const saved = { name, projectId, document };
    await saveWorkflow(sql, workspaceId, saved);
    print(operator, options, {
      value: toWorkflow(saved, await nameOf(office, projectId)),
      lines: [
        `${before ? "Changed" : "Saved"} ${name}. In Slack: ${usageOf(name, document.parameters).replaceAll("`", "")}`,
      ],
    });
  });
}

async function idOf({ sql, workspaceId }: Office, name: string | null): Promise<string | null> {
  if (name === null) return null;
  const project = await projectByName(sql, workspaceId, name);
  if (project) return project.id;
  throw new Refusal(
    "not_found",
    `There is no project “${name}”: ./countersign project list shows what there is.`,
  );
}

async function nameOf({ sql, workspaceId }: Office, id: string | null): Promise<string | null> {
  return id === null ? null : ((await projectById(sql, workspaceId, id))?.name ?? null);
}
