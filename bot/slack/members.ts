import { Refusal } from "#engine/errors.ts";
import type { Desk } from "./desk.ts";
import { isFullMember } from "./people.ts";

/** Refuses (`bad_input`) reviewers who could never answer: bots, guests, people of other companies. Throws `OutsideFailure`. */
export async function refuseOutsiders(
  { people }: Pick<Desk, "people">,
  workspaceId: string,
  reviewers: readonly string[],
): Promise<void> {
  for (const one of reviewers) {
    const known = await people.person(workspaceId, one);
    if (!isFullMember(known))
      throw new Refusal("bad_input", `${known.name} can't answer: only full members of this workspace can.`);
  }
}
