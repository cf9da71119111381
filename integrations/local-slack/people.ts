import { PersonError } from "./failure.ts";
import type { Slack } from "./slack.ts";
import type { Channel, Person } from "./state/records.ts";
import { APP } from "./state/seed.ts";

/** The person with this id. Throws a PersonError where nobody has it, or where it is a bot: nobody acts as one. */
export function actingPerson(slack: Slack, id: string): Person {
  const person = slack.state.people.get(id);
  if (person === undefined || person.isBot)
    throw new PersonError(404, "user_not_found", `There is no person ${id} in this workspace.`);
  return person;
}

/** A channel that this person is in. Throws a PersonError where there is none, or they are not in it. */
export function channelOf(slack: Slack, person: Person, id: string): Channel {
  const channel = slack.state.channels.get(id);
  if (channel === undefined) throw new PersonError(404, "channel_not_found", `There is no channel ${id}.`);
  if (!channel.members.includes(person.id))
    throw new PersonError(409, "not_in_channel", `${person.name} is not in ${channel.name} (${id}).`);
  return channel;
}

/** Whether the app is in a channel, and so hears what is said there. */
export function appIsIn(channel: Channel): boolean {
  return channel.members.includes(APP.userId);
}
