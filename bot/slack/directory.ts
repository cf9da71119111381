import type { Directory } from "../outside/directory.ts";
import type { ClientFor } from "./clients.ts";
import { isFullMember, type People } from "./people.ts";

/** A workspace's people and channels, as Slack knows them, for the API. */
export function createDirectory({
  people,
}: {
  readonly people: People;
  readonly clientFor: ClientFor;
}): Directory {
  return {
    personByEmail: async () => null,
    isFullMember: async (workspaceId, personId) => isFullMember(await people.person(workspaceId, personId)),
    isMembersName: async () => false,
    channel: async (workspaceId, nameOrId) =>
      (await people.botMayPost(workspaceId, nameOrId)) ? nameOrId : null,
    standing: ({ channels: [channel = ""], ...asked }) => people.standing({ ...asked, channel }),
  };
}
