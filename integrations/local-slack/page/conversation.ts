import { html } from "hono/html";
import { toHref } from "./address.ts";
import { type Spot, showMessage } from "./message.ts";
import type { Screen, ShownConversation, ShownMessage, ShownThread } from "./screen.ts";
import { dayKey, dayName } from "./text/dates.ts";
import type { Html } from "./text/markup.ts";
import type { Reader } from "./text/reader.ts";

const SAME_BREATH_S = 300;

/** The middle column: a channel or direct message with its messages and the box to write in. */
export function showConversation(conversation: ShownConversation, screen: Screen): Html {
  const { reader } = screen;
  const spot: Spot = {
    reader,
    conversationId: conversation.id,
    column: "main",
    threadTs: screen.thread?.ts,
  };
  const members = conversation.isDirect
    ? "a direct message"
    : `${conversation.members} ${conversation.members === 1 ? "member" : "members"}`;
  const older =
    conversation.hidden === 0
      ? ""
      : html`<p class="day quiet">${conversation.hidden} older messages are not shown here.</p>`;
  return html`<main class="column main" id="main-${conversation.id}" aria-label="${conversation.title}">
<header class="bar">${backLink(toHref({ as: reader.id, in: conversation.id, at: "list" }), "All channels")}<h1>${conversation.title}</h1><span class="quiet">${members}</span></header>
${screen.showsHint ? showHint(screen) : ""}
<div class="scroll" data-stick tabindex="0" role="log" aria-label="Messages in ${conversation.title}">${older}<ol class="messages">${showMessages(conversation.messages, spot)}</ol>${conversation.messages.length === 0 ? html`<p class="empty quiet">Nothing here yet.</p>` : ""}</div>
${showComposer(reader.id, conversation, undefined, conversation.isDirect ? `Message ${conversation.title}` : `Message ${conversation.title}, or type /goal`)}
</main>`;
}

/** The right column: a thread, its first message above its replies. */
export function showThread(thread: ShownThread, conversation: ShownConversation, reader: Reader): Html {
  const spot: Spot = { reader, conversationId: conversation.id, column: "thread", threadTs: thread.ts };
  const back = toHref({ as: reader.id, in: conversation.id });
  const parent =
    thread.parent === undefined
      ? html`<p class="empty quiet">This message was deleted, or never was.</p>`
      : html`<ol class="messages parent">${showMessage(thread.parent, spot, false)}</ol>`;
  const count = thread.replies.filter((reply) => !reply.isPrivate).length;
  return html`<aside class="column thread" id="thread-${thread.ts}" aria-label="Thread">
<header class="bar">${backLink(back, "Back to the channel")}<h2>Thread</h2><span class="quiet">${conversation.title}</span><a class="button icon close" data-nav data-close-thread href="${back}" aria-label="Close the thread" title="Close">✕</a></header>
<div class="scroll" data-stick tabindex="0" role="log" aria-label="Messages of the thread">${parent}<p class="count quiet">${count} ${count === 1 ? "reply" : "replies"}</p><ol class="messages">${showMessages(thread.replies, spot)}</ol></div>
${showComposer(reader.id, conversation, thread.ts, "Reply…")}
</aside>`;
}

function showMessages(all: readonly ShownMessage[], spot: Spot): Html[] {
  return all.map((message, index) => {
    const before = all[index - 1];
    const day =
      spot.column === "main" && isNewDay(before, message, spot.reader)
        ? html`<li class="day" id="day-${message.ts}"><span>${dayName(Number(message.ts), spot.reader)}</span></li>`
        : "";
    return html`${day}${showMessage(message, spot, day === "" && isSameBreath(before, message))}`;
  });
}

function isNewDay(before: ShownMessage | undefined, message: ShownMessage, reader: Reader): boolean {
  return before === undefined || dayKey(Number(before.ts), reader) !== dayKey(Number(message.ts), reader);
}

function isSameBreath(before: ShownMessage | undefined, message: ShownMessage): boolean {
  if (before === undefined || before.author.id !== message.author.id) return false;
  if (before.isPrivate || message.isPrivate || before.replies !== undefined) return false;
  const onlyWords = before.blocks.length === 0 && message.blocks.length === 0;
  return onlyWords && Number(message.ts) - Number(before.ts) < SAME_BREATH_S;
}

function showComposer(
  readerId: string,
  conversation: ShownConversation,
  threadTs: string | undefined,
  hint: string,
): Html {
  const id = `write-${readerId}-${conversation.id}-${threadTs ?? "main"}`;
  const thread = threadTs === undefined ? "" : html`data-thread="${threadTs}"`;
  return html`<form class="composer" id="${id}" data-compose data-channel="${conversation.id}" ${thread}><p class="fault" id="${id}-fault" role="alert" data-spot data-keep></p>
<div class="box"><textarea rows="1" aria-label="${hint}" placeholder="${hint}" data-grow></textarea><button class="button primary send" aria-label="Send" title="Send (Enter)">➤</button></div></form>`;
}

function showHint(screen: Screen): Html {
  const name =
    screen.reader.people.find((person) => person.id === screen.reader.id)?.name ?? screen.reader.id;
  return html`<aside class="hint" id="hint"><p><b>A Slack of its own on this machine. You are ${name}.</b><br>Try <code>/goal help</code> in the box below.</p><button type="button" class="button icon" data-dismiss aria-label="Hide this hint" title="Hide">✕</button></aside>`;
}

/** The way back to the column before, which only narrow screens show. */
export function backLink(href: string, words: string): Html {
  return html`<a class="button icon back" data-nav href="${href}" aria-label="${words}" title="${words}">‹</a>`;
}
