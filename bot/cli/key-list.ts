import type { Command } from "commander";
import { type KeyRow, listKeys } from "#db/keys.ts";
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
        print(operator, options, {
          value: keys.map(toKey),
          head: ["key", "name", "for", "scopes", "holds", "id"],
          rows: keys.map((one) => [
            `${one.prefix}…`,
            one.name,
            one.personId ?? "an agent",
            one.scopes.join(","),
            stateOf(one),
            one.id,
          ]),
          none: "No keys yet: ./countersign key create --scopes …",
        });
      }),
    );
}

function stateOf({ revokedAt, expiresAt }: KeyRow): string {
  if (revokedAt !== null) return `revoked ${timeOf(revokedAt)}`;
  if (expiresAt === null) return "until revoked";
  return `${expiresAt.getTime() < Date.now() ? "expired" : "until"} ${timeOf(expiresAt)}`;
}
