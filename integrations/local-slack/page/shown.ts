import type { Message, View } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import type { ShownHome, ShownMessage, ShownModal } from "./screen.ts";
import { nameOf, type Reader } from "./text/reader.ts";

const SLACKBOT = { id: "USLACKBOT", name: "Slackbot" };

/** A stored message as the screen shows it. `mentions` is how many unread replies want the reader. */
export function toShown(
  message: Message,
  reader: Reader,
  isPrivate: boolean,
  mentions: number,
): ShownMessage {
  const latestTs = message.latest_reply;
  return {
    ts: message.ts,
    author: authorOf(message, reader),
    text: message.text,
    blocks: message.blocks ?? [],
    isEdited: message.edited !== undefined,
    isPrivate,
    replies: latestTs === undefined ? undefined : { count: message.reply_count ?? 0, latestTs, mentions },
    files: (message.files ?? []).map((file) => file.title || file.name),
  };
}

/** The modal that stands on top, as the screen shows it. */
export function toModal(view: View | undefined): ShownModal | undefined {
  return view?.type === "modal" ? { id: view.id, view } : undefined;
}

/** A person's Home, as the screen shows it. */
export function toHome(view: View | undefined): ShownHome {
  return view?.type === "home" ? { id: view.id, view } : undefined;
}

function authorOf(message: Message, reader: Reader): ShownMessage["author"] {
  if (message.bot_id !== undefined) {
    return {
      id: message.user,
      name: message.username ?? nameOf(reader.bots, message.user, APP.name),
      isApp: true,
    };
  }
  const everybody = [...reader.people, ...reader.bots, SLACKBOT];
  const isApp = message.user === SLACKBOT.id || reader.bots.some((bot) => bot.id === message.user);
  return { id: message.user, name: nameOf(everybody, message.user, message.user), isApp };
}
