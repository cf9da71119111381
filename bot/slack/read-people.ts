import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { slackFailure, toOutsideFailure } from "./slack-failure.ts";

/** Somebody as Slack knows them. */
export type Person = {
  readonly id: string;
  /** The name that people see. */
  readonly name: string;
  /** As `Europe/Berlin`. */
  readonly timeZone: string;
  readonly isBot: boolean;
  readonly isGuest: boolean;
  /** From another company (Slack Connect). */
  readonly isStranger: boolean;
  readonly isDeleted: boolean;
};

const PAGE = 1_000;

const text = z.string().trim().min(1).optional().catch(undefined);
const flag = z.boolean().default(false);
/** Somebody in Slack's own shape. https://docs.slack.dev/reference/objects/user-object */
export const User = z.object({
  id: z.string(),
  name: text,
  real_name: text,
  profile: z
    .object({ display_name: text, real_name: text })
    .default({ display_name: undefined, real_name: undefined }),
  tz: text,
  team_id: text,
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
});
const UserInfo = z.object({ user: User });
const WithEmail = z.object({ user: z.object({ profile: z.object({ email: text }).optional() }) });
/** Where a list goes on; empty at its end. */
export const Cursor = z.object({ next_cursor: z.string().default("") }).default({ next_cursor: "" });
const Members = z.object({ members: z.array(z.string()), response_metadata: Cursor });
const ChannelInfo = z.object({
  channel: z.object({ is_member: flag, is_im: flag, is_archived: flag }),
});

/** Who this is. Throws `OutsideFailure`, of which `isUnknown` says whether Slack knows nobody of this id. */
export async function readPerson(client: WebClient, workspaceId: string, id: string): Promise<Person> {
  const { user } = await asked(`say who <@${id}> is`, async () =>
    UserInfo.parse(await client.users.info({ user: id })),
  );
  return toPerson(workspaceId, { ...user, id });
}

/** Somebody's e-mail address, as a company's other systems know them; null where Slack does not tell it. Throws `OutsideFailure`. */
export async function readEmail(client: WebClient, id: string): Promise<string | null> {
  const { user } = await asked(`say who <@${id}> is`, async () =>
    WithEmail.parse(await client.users.info({ user: id })),
  );
  return user.profile?.email ?? null;
}

/** Somebody of Slack's as the rules and the cards know them. */
export const toPerson = (workspaceId: string, user: z.infer<typeof User>): Person => ({
  id: user.id,
  name: user.profile.display_name ?? user.real_name ?? user.name ?? user.id,
  timeZone: user.tz ?? "UTC",
  isBot: user.is_bot || user.is_workflow_bot || user.id === "USLACKBOT",
  isGuest: user.is_restricted || user.is_ultra_restricted,
  isStranger: user.is_stranger || (user.team_id !== undefined && user.team_id !== workspaceId),
  isDeleted: user.deleted,
});

/** Everybody in a channel, bots too. Throws `OutsideFailure`. */
export async function readMembers(client: WebClient, channel: string): Promise<ReadonlySet<string>> {
  return asked(`say who is in <#${channel}>`, async () => {
    const members = new Set<string>();
    let cursor = "";
    do {
      const at = cursor === "" ? {} : { cursor };
      const page = Members.parse(await client.conversations.members({ channel, limit: PAGE, ...at }));
      for (const member of page.members) members.add(member);
      cursor = page.response_metadata.next_cursor;
    } while (cursor !== "");
    return members;
  });
}

/** Whether the bot is a member of this channel, which is not archived. Throws `OutsideFailure`. */
export async function isOpenToUs(client: WebClient, channelId: string): Promise<boolean> {
  try {
    const { channel } = ChannelInfo.parse(await client.conversations.info({ channel: channelId }));
    return (channel.is_member || channel.is_im) && !channel.is_archived;
  } catch (error) {
    const failure = slackFailure(error);
    if ("code" in failure && failure.code === "channel_not_found") return false; // private, and we are not in it
    throw toOutsideFailure(error, `say whether the app is in <#${channelId}>`);
  }
}

/** What Slack answers; its refusal as an `OutsideFailure`. `wanted` completes "Slack did not …". */
export async function asked<T>(wanted: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw toOutsideFailure(error, wanted);
  }
}

/** Whether a person could not be read because there is none. */
export function isUnknown(error: unknown): boolean {
  const failure = error instanceof Error ? slackFailure(error.cause) : null;
  return (
    failure !== null &&
    "code" in failure &&
    (failure.code === "user_not_found" || failure.code === "user_not_visible")
  );
}
