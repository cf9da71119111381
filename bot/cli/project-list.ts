import type { Command } from "commander";
import { listProjects } from "#db/places.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";
import { toProject } from "./wire.ts";

/** `project list`. */
export function addProjectList(project: Command, operator: Operator): void {
  inWorkspace(project.command("list"))
    .description("List the projects")
    .action((options: Common) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const projects = await listProjects(sql, workspaceId);
        print(operator, options, {
          value: projects.map(toProject),
          head: ["name", "channel", "tests", "reviewers", "owner", "repository"],
          rows: projects.map((one) => [
            one.name,
            one.channelId ?? "-",
            one.testCommand ?? "-",
            one.reviewers.join(",") || "-",
            one.ownerId ?? "-",
            one.repository,
          ]),
          none: "No projects yet. In a repository: ./countersign project add .",
        });
      }),
    );
}
