import type { Command } from "commander";
import { type KeyRow, listKeys } from "#db/keys.ts";
import { listProjects } from "#db/places.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print, timeOf } from "./print.ts";
import { toKey } from "./wire.ts";

/** `key list`: also keys that hold no more. */
export function addKeyList(key: Command, operator: Operator): void {
  inWorkspace(key.command("list"))
    .description("List the keys")
    .action((options: Common) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const keys = await listKeys(sql, workspaceId);
        const projects = new Map(
          (await listProjects(sql, workspaceId)).map(({ id, name }) => [id, name] as const),
        );
        const projectOf = ({ projectId }: KeyRow) =>
          projectId === null ? null : (projects.get(projectId) ?? projectId);
        print(operator, options, {
          value: keys.map((one) => toKey(one, projectOf(one))),
          head: ["key", "name", "for", "scopes", "project", "holds", "id"],
          rows: keys.map((one) => [
            `${one.prefix}…`,
            one.name,
            ofWhom(one),
            one.scopes.join(","),
            projectOf(one) ?? "all",
            stateOf(one),
            one.id,
          ]),
          none: "No keys yet: ./countersign key create --scopes …",
        });
      }),
    );
}

function ofWhom({ personId, ownerId }: KeyRow): string {
  if (personId !== null) return personId;
  return ownerId === null ? "an agent" : `an agent of ${ownerId}`;
}

function stateOf({ revokedAt, expiresAt }: KeyRow): string {
  if (revokedAt !== null) return `revoked ${timeOf(revokedAt)}`;
  if (expiresAt === null) return "until revoked";
  return `${expiresAt.getTime() < Date.now() ? "expired" : "until"} ${timeOf(expiresAt)}`;
}
