import type { InboundNeeds, JiraConnection } from "./needs.ts";

/**
 * Who somebody in Jira is in Slack, and whether they may say there what they said here: full members who are in the channel may.
 * `why`: what stands in the way.
 */
export type Standing =
  | { readonly kind: "may"; readonly person: string }
  | { readonly kind: "not"; readonly why: "unknown" | "elsewhere" };

/** Throws `OutsideFailure` or `Later` where Slack or Jira does not say: nobody steers anything on a guess. */
export async function standingOf(
  needs: InboundNeeds,
  connection: JiraConnection,
  { accountId, channel }: { readonly accountId: string; readonly channel: string },
): Promise<Standing> {
  const { workspaceId } = connection;
  const person = await personOf(needs, connection, accountId);
  if (person === null) return { kind: "not", why: "unknown" };
  const isIn = await isMemberIn(needs, { workspaceId, person, channel });
  return isIn ? { kind: "may", person } : { kind: "not", why: "elsewhere" };
}

/** The full member whose account this is: as the settings say, else by the e-mail address that both systems have of them. */
async function personOf(
  { directory, newsOf }: InboundNeeds,
  connection: JiraConnection,
  accountId: string,
): Promise<string | null> {
  const { workspaceId, settings } = connection;
  if (accountId === "") return null;
  const named = Object.hasOwn(settings.people, accountId) ? settings.people[accountId] : undefined;
  if (named !== undefined) return (await directory.isFullMember(workspaceId, named)) ? named : null;
  const email = await newsOf(connection).emailOf(accountId);
  return email === null ? null : await directory.personByEmail(workspaceId, email);
}

/** Whether somebody is a full member of the workspace who is in this channel. Throws `OutsideFailure`. */
export async function isMemberIn(
  { desk }: Pick<InboundNeeds, "desk">,
  who: { readonly workspaceId: string; readonly person: string; readonly channel: string },
): Promise<boolean> {
  const { workspaceId, person: personId, channel } = who;
  const asked = { workspaceId, personId, channels: [channel], people: [], requester: "" };
  const { isFullMember, isInChannel } = await desk.people.standing(asked);
  return isFullMember && isInChannel;
}
