import { html } from "hono/html";
import { toHref } from "./address.ts";
import { showBlocks } from "./blocks/blocks.ts";
import type { ShownMessage } from "./screen.ts";
import { ago, clockTime, full } from "./text/dates.ts";
import type { Html } from "./text/markup.ts";
import { mrkdwn } from "./text/mrkdwn.ts";
import type { Named, Reader } from "./text/reader.ts";
import { waitsFor } from "./waiting.ts";

/** Where a message stands: in its channel or in a thread, and which thread is open beside it. */
export type Spot = {
  readonly reader: Reader;
  readonly conversationId: string;
  readonly column: "main" | "thread";
  readonly threadTs: string | undefined;
};

/** One message with everything under it. `follows` leaves out picture and name: the same author said the line before. */
export function showMessage(message: ShownMessage, spot: Spot, follows: boolean): Html {
  const { reader } = spot;
  const key = `${spot.column}-${message.ts}`;
  const seconds = Number(message.ts);
  const time = html`<time datetime="${new Date(seconds * 1000).toISOString()}" title="${full(seconds, reader)}">${clockTime(seconds, reader)}</time>`;
  const badge = message.author.isApp ? html`<span class="badge">APP</span>` : "";
  const head = follows
    ? html`<div class="gutter">${time}</div>`
    : html`<div class="gutter">${showAvatar(message.author)}</div>`;
  const name = follows
    ? html`<span class="unseen">${message.author.name}</span>`
    : html`<header><b>${message.author.name}</b>${badge}${time}</header>`;
  const seen = message.isPrivate
    ? html`<p class="quiet private"><span aria-hidden="true">◉</span> Only visible to you</p>`
    : "";
  return html`<li id="${key}" class="message${follows ? " follows" : ""}${message.isPrivate ? " is-private" : ""}" tabindex="-1" data-surface data-channel="${spot.conversationId}" data-ts="${message.ts}">${head}<div class="body">${seen}${name}${showContent(message, key, reader)}${showWaiting(message, spot)}<p class="fault" id="${key}-fault" role="alert" data-spot data-keep></p>${showReplies(message, spot)}</div></li>`;
}

/** A red number of what is unread and wants the reader; nothing for zero. */
export function showCount(mentions: number): Html {
  if (mentions === 0) return html``;
  return html`<span class="mentions" aria-label="${mentions} unread for you">${mentions > 99 ? "99+" : mentions}</span>`;
}

/** A round picture with the first letters of a name; its colour belongs to the id. */
export function showAvatar(who: {
  readonly id: string;
  readonly name: string;
  readonly isApp?: boolean;
}): Html {
  const letters = who.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join("");
  const colour = [...who.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8;
  return html`<span class="avatar colour-${colour}${who.isApp === true ? " of-app" : ""}" aria-hidden="true">${letters}</span>`;
}

function showContent(message: ShownMessage, key: string, reader: Reader): Html {
  const edited = message.isEdited && !message.author.isApp ? html` <span class="quiet">(edited)</span>` : "";
  const files = message.files.map(
    (name) => html`<p class="file"><span aria-hidden="true">📎</span> ${name}</p>`,
  );
  if (message.blocks.length > 0) {
    return html`<div class="blocks">${showBlocks(message.blocks, { reader, key })}${edited}</div>${files}`;
  }
  return html`<div class="text">${mrkdwn(message.text, reader)}${edited}</div>${files}`;
}

function showWaiting(message: ShownMessage, spot: Spot): Html {
  const wanted = message.author.isApp ? waitsFor(message.blocks, spot.reader) : [];
  if (wanted.length === 0) return html``;
  const names = new Intl.ListFormat("en", { type: "disjunction" }).format(
    wanted.map((person) => person.name),
  );
  const links = wanted.slice(0, 3).map((person) => showActAs(person, spot));
  return html`<p class="waiting">This waits for ${names}. ${links}</p>`;
}

function showActAs(person: Named, spot: Spot): Html {
  const href = toHref({ as: person.id, in: spot.conversationId, thread: spot.threadTs });
  return html`<a class="button small" data-nav href="${href}">Act as ${person.name}</a> `;
}

function showReplies(message: ShownMessage, spot: Spot): Html {
  if (message.replies === undefined || spot.column === "thread") return html``;
  const { count, latestTs, mentions } = message.replies;
  const href = toHref({ as: spot.reader.id, in: spot.conversationId, thread: message.ts });
  const open = spot.threadTs === message.ts ? html`aria-current="true"` : "";
  return html`<a class="replies" data-nav href="${href}" ${open}><b>${count} ${count === 1 ? "reply" : "replies"}</b><span class="quiet">last reply ${ago(Number(latestTs), spot.reader)}</span>${showCount(mentions)}</a>`;
}
