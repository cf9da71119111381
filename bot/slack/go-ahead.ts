import { connectionOf } from "#db/connections.ts";
import { giveGoAhead, wakeWaiting } from "#db/go-aheads.ts";
import { loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { placeOf } from "../sync/jira/place.ts";
import type { Desk } from "./desk.ts";
import type { Listening } from "./listen.ts";

/** What [Go on] does on the card that shows what would be written to a Jira project for the first time. */
export function listenForGoAheads({ onClick }: Listening, desk: Desk): void {
  onClick("jira.go-ahead", async ({ workspaceId, person, value: { run: id, place } }) => {
    const { sql } = desk;
    const brief = (await loadRun(sql, workspaceId, id))?.brief;
    if (!brief) throw new Refusal("not_found", "There is no such goal any more.");
    await refuseOutsideChannel(desk, { workspaceId, person, channel: brief.channel });
    const row =
      brief.projectId === null ? null : await connectionOf(sql, workspaceId, brief.projectId, "jira");
    // What was shown is what is let: not a place that the settings have named since.
    if (!row || placeOf(JiraSettings.parse(row.settings)) !== place)
      throw new Refusal("wrong_state", "This project is connected to another Jira now, or to none.");
    await giveGoAhead(sql, workspaceId, place, person);
    await wakeWaiting(sql, workspaceId, "jira");
    return null;
  });
}

async function refuseOutsideChannel(
  { people }: Desk,
  {
    workspaceId,
    person,
    channel,
  }: { readonly workspaceId: string; readonly person: string; readonly channel: string },
): Promise<void> {
  const asked = { workspaceId, personId: person, channels: [channel], people: [], requester: "" };
  const { isFullMember, isInChannel } = await people.standing(asked);
  if (!isFullMember || !isInChannel)
    throw new Refusal("not_allowed", `Only full members of <#${channel}> can let this write to Jira.`);
}
