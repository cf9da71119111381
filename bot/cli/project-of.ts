import { listProjects, type Project } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { Office } from "./office.ts";

/** The project of this name. Refuses (`not_found`) with what there is. */
export async function projectNamed({ sql, workspaceId }: Office, name: string): Promise<Project> {
  const all = await listProjects(sql, workspaceId);
  const found = all.find((project) => project.name === name);
  if (found) return found;
  const known = all.map((project) => project.name).join(", ");
  throw new Refusal(
    "not_found",
    `There is no project “${name}”: ${known === "" ? "./countersign project add makes one" : `there is ${known}`}.`,
  );
}
