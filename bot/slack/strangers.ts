import { Refusal } from "#engine/errors.ts";
import type { Desk } from "./desk.ts";
import { isFullMember } from "./people.ts";

/** Refuses (`not_allowed`) guests, strangers and bots: how a goal goes on is for full members of the workspace to say. */
export async function refuseStrangers(
  { people }: Desk,
  { workspaceId, person }: { readonly workspaceId: string; readonly person: string },
): Promise<void> {
  if (!isFullMember(await people.person(workspaceId, person)))
    throw new Refusal("not_allowed", "Only full members of this workspace can decide how a goal goes on.");
}
