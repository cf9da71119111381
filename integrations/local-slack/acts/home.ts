import { actingPerson } from "../people.ts";
import type { Slack } from "../slack.ts";
import type { View } from "../state/records.ts";
import { directId } from "../state/seed.ts";

/** An app publishes its Home after it acknowledged the event; a first look waits so long for it. */
const FIRST_HOME_TIMEOUT_MS = 2000;

/** Opens the Home tab: the app is told, and what it shows comes back; null where it shows nothing (yet). */
export async function openHome(slack: Slack, user: string): Promise<View | null> {
  const person = actingPerson(slack, user);
  const event = {
    type: "app_home_opened",
    user: person.id,
    channel: directId(person.id),
    tab: "home",
    event_ts: slack.state.nextTs(),
  };
  const view = slack.state.homes.get(person.id);
  const ack = await slack.events.tell(view === undefined ? event : { ...event, view });
  if (view === undefined && ack?.kind === "acked") await firstHome(slack, person.id);
  return slack.state.homes.get(person.id) ?? null;
}

/** Resolves when the person has a Home, or when it takes too long. */
function firstHome(slack: Slack, user: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (slack.state.homes.get(user) !== undefined) finish();
    };
    const finish = () => {
      clearTimeout(timer);
      slack.closing.removeEventListener("abort", finish);
      stop();
      resolve();
    };
    const stop = slack.state.onChange(look);
    const timer = setTimeout(finish, FIRST_HOME_TIMEOUT_MS);
    slack.closing.addEventListener("abort", finish, { once: true });
    look();
  });
}
