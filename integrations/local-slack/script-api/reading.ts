import type { Context } from "hono";
import type { z } from "zod";
import { PersonError } from "../failure.ts";
import { actingPerson } from "../people.ts";
import type { Slack } from "../slack.ts";
import { channelMessages, ephemeralsFor, threadMessages } from "../state/messages.ts";
import type { Message, Person } from "../state/records.ts";

/** The body of a request. Throws a PersonError (400) that names what does not fit. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const read = schema.safeParse(await parse(c));
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new PersonError(400, "bad_input", problems.join("; "));
}

/** The person whom the query names. Throws PersonError. */
export function askedPerson(c: Context, slack: Slack): Person {
  const user = c.req.query("user");
  if (user === undefined) throw new PersonError(400, "bad_input", "Say who looks: ?user=U01ALICE");
  return actingPerson(slack, user);
}

/** The messages of a channel, or those of one of its threads, oldest first, with Slack's own fields. Throws PersonError. */
export function askedMessages(c: Context, slack: Slack): Message[] {
  const { channel, thread_ts: threadTs } = c.req.query();
  if (channel === undefined) throw new PersonError(400, "bad_input", "Say where: ?channel=C01GENERAL");
  if (slack.state.channels.get(channel) === undefined)
    throw new PersonError(404, "channel_not_found", `There is no channel ${channel}.`);
  if (threadTs === undefined) return channelMessages(slack.state, channel);
  const thread = threadMessages(slack.state, channel, threadTs);
  if (thread.length === 0)
    throw new PersonError(404, "thread_not_found", `There is no message ${threadTs} in ${channel}.`);
  return thread;
}

/** What only this person sees, in one channel or in all, oldest first. Throws PersonError. */
export function askedEphemerals(c: Context, slack: Slack): (Message & { channel: string })[] {
  const person = askedPerson(c, slack);
  const { channel } = c.req.query();
  const channels = channel === undefined ? slack.state.channels.keys() : [channel];
  return channels
    .flatMap((id) =>
      ephemeralsFor(slack.state, person.id, id).map((message) => ({ ...message, channel: id })),
    )
    .toSorted((a, b) => Number(a.ts) - Number(b.ts));
}

async function parse(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (problem) {
    if (problem instanceof SyntaxError) throw new PersonError(400, "bad_input", "The body is not JSON.");
    throw problem;
  }
}
