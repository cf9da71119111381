import { z } from "zod";
import type { WantedMessage } from "#db/messages.ts";
import type { Naming } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { channelsOf } from "#engine/consultation/policy.ts";
import type { Card, CardContext } from "./blocks/card.ts";
import { questionCard } from "./blocks/question-card.ts";
import { reminderCard } from "./blocks/reminder.ts";
import { handedOn } from "./thread-messages.ts";

/** A question that an agent outside asked, and everybody to whom it was ever put. */
export type RequestState = { readonly consultation: Consultation; readonly namings: readonly Naming[] };

export type RequestContext = CardContext & {
  readonly requesterAlone: boolean;
  /** The permalink of the copy at this place, where it stands already. */
  readonly linkOf: (place: string) => string | undefined;
};

/** The key of a request's card in a channel (its id) or in somebody's direct messages (`@U02BOB`). */
export const requestKey = (id: string, place: string): string => `request:${id}:${place}`;

/**
 * What each message of a request should show now: a card in each channel that it was put to, a direct message to everybody
 * who was ever named, and half-way a reminder for each of those who could answer then. Pure.
 */
export function requestMessages(state: RequestState, context: RequestContext): readonly WantedMessage[] {
  const { consultation, namings } = state;
  const { remindedAt } = consultation;
  const channels = isPutToChannels(state) ? channelsOf(consultation.policy) : [];
  const everybody = unique(namings.flatMap(({ people }) => people));
  return [
    ...[...channels, ...everybody.map(direct)].map((place) => copyAt(place, state, context)),
    ...(remindedAt === null ? [] : remindersAt(remindedAt, channels, state, context)),
  ];
}

/** Channels that were named, or all there is: whoever is named beside the project's channel is asked in private alone. */
function isPutToChannels({ consultation, namings }: RequestState): boolean {
  if (namings[0] === undefined || namings[0].people.length === 0) return true;
  const routing = Routing.safeParse(consultation.outside?.routing);
  return routing.success && routing.data.channels.some((channel) => channel.trim().toLowerCase() !== "slack");
}

const Routing = z.object({ channels: z.array(z.string()).default([]) });

const direct = (person: string): string => `@${person}`;
const isDirect = (place: string): boolean => place.startsWith("@");
const unique = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

function copyAt(place: string, state: RequestState, context: RequestContext): WantedMessage {
  const asked = { consultation: state.consultation, run: null };
  const audience = isDirect(place) ? "direct" : "channel";
  const card =
    handedOn(asked, place.slice(1), state.namings, context) ?? questionCard(asked, { ...context, audience });
  return message(requestKey(state.consultation.id, place), place, state, card);
}

/** Whoever was named then, else the channels: who is named later has just been asked. */
function remindersAt(
  at: number,
  channels: readonly string[],
  state: RequestState,
  context: RequestContext,
): readonly WantedMessage[] {
  const named = state.namings.findLast((naming) => naming.at <= at)?.people ?? [];
  const places = named.length > 0 ? named.map(direct) : channels;
  const asked = { consultation: state.consultation, run: null };
  return places.map((place) => {
    const audience = isDirect(place) ? "direct" : "channel";
    const shown = { ...context, audience, questionLink: context.linkOf(place) } as const;
    const card = handedOn(asked, place.slice(1), state.namings, context) ?? reminderCard(asked, shown);
    return message(`${requestKey(state.consultation.id, place)}:reminder`, place, state, card);
  });
}

const message = (key: string, place: string, { consultation }: RequestState, card: Card): WantedMessage => ({
  ...{ workspaceId: consultation.workspaceId, key, streamId: consultation.id, rank: 0, desired: card },
  ...{ channelId: place, threadKey: null },
});
