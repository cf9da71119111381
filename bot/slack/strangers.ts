import { Refusal } from "#engine/errors.ts";
import type { Desk } from "./desk.ts";
import { isFullMember } from "./people.ts";

/**
 * Refuses (`not_allowed`) guests, strangers and bots: how a goal goes on is for full members of the workspace to say, and
 * its goals, of whatever channel, are for them to see.
 */
export async function refuseStrangers(
  { people }: Pick<Desk, "people">,
  { workspaceId, person }: { readonly workspaceId: string; readonly person: string },
  what: "decide how a goal goes on" | "see its goals" = "decide how a goal goes on",
): Promise<void> {
  if (!isFullMember(await people.person(workspaceId, person)))
    throw new Refusal("not_allowed", `Only full members of this workspace can ${what}.`);
}
