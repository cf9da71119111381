import { z } from "zod";
import { SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import type { View } from "../state/records.ts";
import { findView, openModal, pushView, replaceView, startStack } from "../state/views.ts";
import { changedView, newView } from "../views.ts";
import { type Method, method } from "./method.ts";

/** Three modals lie on top of each other at most. */
const STACK_MOST = 3;

const view = z.unknown();
const Open = z.object({ trigger_id: z.string().min(1), view });

/** https://docs.slack.dev/reference/methods/views.open */
export const viewsOpen: Method = method({
  rate: 4,
  args: Open,
  run({ slack, args }) {
    const user = slack.triggers.exchange(args.trigger_id);
    const made = newModal(slack, args.view, undefined);
    startStack(slack.state, user, made);
    return { view: made };
  },
});

/** https://docs.slack.dev/reference/methods/views.push */
export const viewsPush: Method = method({
  rate: 4,
  args: Open,
  run({ slack, args }) {
    const user = slack.triggers.exchange(args.trigger_id);
    const previous = openModal(slack.state, user);
    if (previous === undefined) throw new SlackError("not_found");
    const made = pushModal(slack, user, args.view);
    return { view: made };
  },
});

/** https://docs.slack.dev/reference/methods/views.update */
export const viewsUpdate: Method = method({
  rate: 4,
  args: z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view,
  }),
  run({ slack, args }) {
    const { view_id: id, external_id: externalId } = args;
    const found = findView(slack.state, (open) =>
      id === undefined ? externalId !== undefined && open.external_id === externalId : open.id === id,
    );
    if (found === undefined) throw new SlackError("not_found");
    const made = changedView(slack, found.view, args.view, args.hash);
    replaceView(slack.state, found.user, made);
    return { view: made };
  },
});

/** https://docs.slack.dev/reference/methods/views.publish */
export const viewsPublish: Method = method({
  rate: 4,
  args: z.object({ user_id: z.string().min(1), hash: z.string().optional(), view }),
  run({ slack, args }) {
    const person = slack.state.people.get(args.user_id);
    if (person === undefined || person.isBot) throw new SlackError("user_not_found");
    const before = slack.state.homes.get(person.id);
    const made =
      before === undefined
        ? newView(slack, args.view, { previous: undefined })
        : changedView(slack, before, args.view, args.hash);
    if (made.type !== "home") throw new SlackError("invalid_arguments");
    replaceView(slack.state, person.id, made);
    return { view: made };
  },
});

/** Lays a modal on top of those that the person has open. Throws `push_limit_reached` and what is wrong with the view. */
export function pushModal(slack: Slack, user: string, given: unknown): View {
  if ((slack.state.stacks.get(user)?.views.length ?? 0) >= STACK_MOST)
    throw new SlackError("push_limit_reached");
  const made = newModal(slack, given, openModal(slack.state, user));
  pushView(slack.state, user, made);
  return made;
}

function newModal(slack: Slack, given: unknown, previous: View | undefined): View {
  const made = newView(slack, given, { previous });
  if (made.type !== "modal") throw new SlackError("invalid_arguments");
  return made;
}
