import type { AnyBlock } from "@slack/types";
import { PersonError } from "../failure.ts";
import { channelOf } from "../people.ts";
import type { Slack } from "../slack.ts";
import { ephemeralKey } from "../state/messages.ts";
import type { Channel, Message, Person, View } from "../state/records.ts";
import { findView, openModal } from "../state/views.ts";

/** Where somebody clicks: on a message, or in a modal or Home. */
export type Surface =
  | {
      readonly kind: "message";
      readonly channel: Channel;
      readonly message: Message;
      readonly isEphemeral: boolean;
    }
  | { readonly kind: "view"; readonly view: View };

/** What a script says about it. */
export type Pointed = {
  readonly channel?: string | undefined;
  readonly ts?: string | undefined;
  readonly view_id?: string | undefined;
};

/** What the person sees there; with nothing said their open modal, else their Home. Throws PersonError (404, 409). */
export function surfaceFor(slack: Slack, person: Person, pointed: Pointed): Surface {
  if (pointed.view_id !== undefined) return { kind: "view", view: viewOf(slack, person, pointed.view_id) };
  if (pointed.ts === undefined) {
    const view = openModal(slack.state, person.id) ?? slack.state.homes.get(person.id);
    if (view !== undefined) return { kind: "view", view };
    throw new PersonError(404, "view_not_found", `${person.name} has no modal open, and no Home.`);
  }
  if (pointed.channel === undefined)
    throw new PersonError(400, "bad_input", "A message is named by its channel and ts together.");
  return messageOf(slack, person, channelOf(slack, person, pointed.channel), pointed.ts);
}

/** A view that this person has before them. */
export function viewOf(slack: Slack, person: Person, id: string): View {
  const found = findView(slack.state, (view) => view.id === id);
  if (found === undefined) throw new PersonError(404, "view_not_found", `No view ${id} is open.`);
  if (found.user === person.id) return found.view;
  throw new PersonError(409, "not_visible", `${person.name} does not see the view ${id}.`);
}

/** The blocks of it. */
export function blocksOf(surface: Surface): readonly AnyBlock[] {
  return surface.kind === "view" ? surface.view.blocks : (surface.message.blocks ?? []);
}

/** The key of what somebody has chosen in a message. */
export function typedKey(person: Person, channel: Channel, message: Message): string {
  return [person.id, channel.id, message.ts].join("/");
}

function messageOf(slack: Slack, person: Person, channel: Channel, ts: string): Surface {
  const message = slack.state.messages(channel.id).get(ts);
  if (message !== undefined) return { kind: "message", channel, message, isEphemeral: false };
  const own = slack.state.ephemerals.get(ephemeralKey(person.id, channel.id, ts));
  if (own !== undefined) return { kind: "message", channel, message: own.message, isEphemeral: true };
  const others = slack.state.ephemerals
    .all()
    .some((ephemeral) => ephemeral.channel === channel.id && ephemeral.message.ts === ts);
  if (others) throw new PersonError(409, "not_visible", `${person.name} does not see the message ${ts}.`);
  throw new PersonError(404, "message_not_found", `There is no message ${ts} in ${channel.id}.`);
}
