import type { Command } from "commander";
import { revokeKey } from "#db/keys.ts";
import { Refusal } from "#engine/errors.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";

/** `key revoke`: from now on nothing can be done with it. */
export function addKeyRevoke(key: Command, operator: Operator): void {
  inWorkspace(key.command("revoke"))
    .description("Take a key back, at once and for good")
    .argument("<key>", "its id, or its first letters as key list shows them")
    .action((name: string, options: Common) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const revoked = await revokeKey(sql, workspaceId, name.replace(/…$/, ""));
        if (!revoked)
          throw new Refusal(
            "not_found",
            "There is no such key that still holds: ./countersign key list shows what there is.",
          );
        print(operator, options, { value: { id: revoked, revoked: true }, lines: [`Revoked ${revoked}.`] });
      }),
    );
}
