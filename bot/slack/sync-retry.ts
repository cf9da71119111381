import { projectById } from "#db/places.ts";
import { tryAgain } from "#db/sync-again.ts";
import { Refusal } from "#engine/errors.ts";
import { NAME_OF } from "../sync/system-names.ts";
import { refusal as sentence } from "./blocks/private.ts";
import type { Desk } from "./desk.ts";
import type { Listening } from "./listen.ts";
import { refuseStrangers } from "./strangers.ts";

/** What [Try again] does on the card that tells an owner what to mend. */
export function listenForSyncRetry({ onClick }: Listening, desk: Desk): void {
  onClick("sync.retry", async ({ workspaceId, person, value: { project: projectId, system } }) => {
    await refuseStrangers(desk, { workspaceId, person });
    const project = await projectById(desk.sql, workspaceId, projectId);
    if (!project) throw new Refusal("not_found", "There is no such project any more.");
    const runs = await tryAgain(desk.sql, { workspaceId, system, projectId });
    const goals = `${runs.length} ${runs.length === 1 ? "goal is" : "goals are"}`;
    const said =
      runs.length === 0
        ? `Nothing of ${project.name} waits for ${NAME_OF[system]} now.`
        : `${goals} written to ${NAME_OF[system]} now. If it is not mended, \`/goal status\` says so.`;
    return sentence(said, await desk.contexts.about(workspaceId));
  });
}
