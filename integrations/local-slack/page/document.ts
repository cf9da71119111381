import { html } from "hono/html";
import { showConversation, showThread } from "./conversation.ts";
import type { Screen } from "./screen.ts";
import { showSidebar } from "./sidebar.ts";
import type { Html } from "./text/markup.ts";
import { showHome, showModal } from "./views.ts";

/** The whole page as a browser first gets it. It works with nothing but files of its own address. */
export function showDocument(screen: Screen): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${titleOf(screen)}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/local/page.css"><script type="module" src="/local/client.js"></script></head>
<body>${showApp(screen)}<p class="lost" id="lost" role="status" hidden>The connection is lost. Trying again…</p></body></html>`;
}

/** The part of the page that changes while it is open; the script fetches it again and takes over what differs. */
export function showApp(screen: Screen): Html {
  const main =
    screen.open.kind === "home"
      ? showHome(screen.open.home, screen)
      : showConversation(screen.open.conversation, screen);
  const thread =
    screen.thread === undefined || screen.open.kind === "home"
      ? ""
      : showThread(screen.thread, screen.open.conversation, screen.reader);
  const known = JSON.stringify(
    [...screen.reader.people, ...screen.reader.bots].map(({ id, name }) => [name, id]),
  );
  return html`<div id="app" class="app${thread === "" ? "" : " with-thread"}" data-column="${screen.column}" data-user="${screen.reader.id}" data-zone="${screen.reader.timeZone}" data-names="${known}" data-title="${titleOf(screen)}">${showSidebar(screen)}${main}${thread}${screen.modal === undefined ? "" : showModal(screen.modal, screen.reader)}</div>`;
}

function titleOf(screen: Screen): string {
  const waiting = [...screen.channels, ...screen.directs].reduce((sum, place) => sum + place.mentions, 0);
  const title = screen.open.kind === "home" ? `${screen.appName} Home` : screen.open.conversation.title;
  return `${waiting === 0 ? "" : `(${waiting}) `}${title} · ${screen.workspace}`;
}
