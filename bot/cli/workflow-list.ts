import type { Command } from "commander";
import { listProjects, listWorkflows } from "#db/places.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import { toWorkflow } from "./wire.ts";

/** `workflow list`. */
export function addWorkflowList(workflow: Command, operator: Operator): void {
  inWorkspace(workflow.command("list"))
    .description("List the saved workflows")
    .action((options: Common) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const [saved, projects] = await Promise.all([
          listWorkflows(sql, workspaceId),
          listProjects(sql, workspaceId),
        ]);
        const names = new Map(projects.map(({ id, name }) => [id, name]));
        const workflows = saved.map((one) => toWorkflow(one, names.get(one.projectId ?? "") ?? null));
        print(operator, options, {
          value: workflows,
          head: ["name", "project", "parameters", "description"],
          rows: workflows.map((one) => [
            one.name,
            one.project ?? "-",
            Object.keys(one.parameters).join(" ") || "-",
            one.description || one.title,
          ]),
          none: "No workflows yet: ./countersign workflow add examples/workflows/release.yml",
        });
      }),
    );
}
