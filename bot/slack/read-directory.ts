import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { OutsideFailure } from "#engine/errors.ts";
import { asked, Cursor, type Person, toPerson, User } from "./read-people.ts";
import { slackFailure } from "./slack-failure.ts";

/** One page of a list; `cursor` is empty at its end. */
type Page<Row> = { readonly rows: readonly Row[]; readonly cursor: string };

/** A channel that the bot is in. */
export type Channel = { readonly id: string; readonly name: string };

/** Slack refuses more. https://docs.slack.dev/reference/methods/users.conversations */
const PAGE = 999;

const Found = z.object({ user: User });
const Everybody = z.object({ members: z.array(User), response_metadata: Cursor });
const Channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().default("") })),
  response_metadata: Cursor,
});

/** Who has this e-mail address; null where Slack knows nobody. Throws `OutsideFailure`, in which the address does not stand. */
export async function readByEmail(
  client: WebClient,
  workspaceId: string,
  email: string,
): Promise<Person | null> {
  return asked("say who has this e-mail address", async () => {
    try {
      return toPerson(workspaceId, Found.parse(await client.users.lookupByEmail({ email })).user);
    } catch (error) {
      const failure = slackFailure(error);
      if ("code" in failure && failure.code === "users_not_found") return null;
      throw error;
    }
  });
}

/** Everybody in the workspace with all names that they go by, a page of them. Throws `OutsideFailure`. */
export async function readNames(
  client: WebClient,
  workspaceId: string,
  cursor: string,
): Promise<Page<{ readonly person: Person; readonly names: readonly string[] }>> {
  return asked("say who is in the workspace", async () => {
    const page = Everybody.parse(await client.users.list({ limit: PAGE, ...(cursor && { cursor }) }));
    const rows = page.members.map((user) => ({
      person: toPerson(workspaceId, user),
      names: [user.profile.display_name, user.profile.real_name, user.real_name, user.name].filter(
        (name) => name !== undefined,
      ),
    }));
    return { rows, cursor: page.response_metadata.next_cursor };
  });
}

/** The channels that the bot is in and that are not archived, a page of them. Throws `OutsideFailure`. */
export async function readChannels(client: WebClient, cursor: string): Promise<Page<Channel>> {
  return asked("say in which channels the app is", async () => {
    const wish = { types: "public_channel,private_channel", exclude_archived: true, limit: PAGE };
    const page = Channels.parse(await client.users.conversations({ ...wish, ...(cursor && { cursor }) }));
    return { rows: page.channels, cursor: page.response_metadata.next_cursor };
  });
}

/**
 * Reads all pages of a workspace's list. Where Slack limits how often it may be asked, that is thrown, and the next try goes
 * on with the page that was refused: else a large workspace could never be read to its end.
 */
export function createReadAll<Row>(read: (workspaceId: string, cursor: string) => Promise<Page<Row>>) {
  const begun = new Map<string, Page<Row>>();
  return async (workspaceId: string): Promise<readonly Row[]> => {
    let all: Page<Row> = begun.get(workspaceId) ?? { rows: [], cursor: "" };
    begun.delete(workspaceId);
    do {
      const { rows, cursor } = await read(workspaceId, all.cursor).catch((error) => {
        if (error instanceof OutsideFailure && error.retryAfterMs !== undefined) begun.set(workspaceId, all);
        throw error;
      });
      all = { rows: [...all.rows, ...rows], cursor };
    } while (all.cursor !== "");
    return all.rows;
  };
}
