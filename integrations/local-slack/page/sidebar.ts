import { html } from "hono/html";
import { toHref } from "./address.ts";
import { showAvatar, showCount } from "./message.ts";
import type { Screen, ShownPlace } from "./screen.ts";
import type { Html } from "./text/markup.ts";

/** The left column: the app's Home, channels, direct messages, and who one acts as. */
export function showSidebar(screen: Screen): Html {
  const as = screen.reader.id;
  const openId = screen.open.kind === "home" ? "home" : screen.open.conversation.id;
  const line = (place: ShownPlace, sign: string) => {
    const here = place.id === openId ? html`aria-current="page"` : "";
    return html`<li><a class="place${place.isUnread ? " unread" : ""}" data-nav href="${toHref({ as, in: place.id })}" ${here}><span class="sign" aria-hidden="true">${sign}</span><span class="name">${place.name}</span>${place.isUnread ? html`<span class="unseen">unread</span>` : ""}${showCount(place.mentions)}</a></li>`;
  };
  const home = { id: "home", name: `${screen.appName} Home`, isUnread: false, mentions: 0 };
  const people = screen.actAs.map((person) => {
    const here = person.id === as ? html`aria-current="true"` : "";
    const to = screen.open.kind === "home" || screen.open.conversation.isDirect ? undefined : openId;
    const href = toHref({
      as: person.id,
      in: to ?? (openId === "home" ? "home" : undefined),
      thread: to === undefined ? undefined : screen.thread?.ts,
    });
    return html`<li><a class="place person" data-nav data-act-as href="${href}" ${here}>${showAvatar(person)}<span class="name">${person.name}</span>${person.id === as ? html`<span class="you">you</span>` : showCount(person.mentions)}</a></li>`;
  });
  return html`<nav class="column list" id="list" aria-label="Workspace">
<header class="bar"><h2>${screen.workspace}</h2></header>
<div class="scroll" tabindex="-1">
<ul>${line(home, "⌂")}</ul>
<h3>Channels</h3><ul>${screen.channels.map((place) => line(place, "#"))}</ul>
<h3>Direct messages</h3><ul>${screen.directs.map((place) => line(place, "●"))}</ul>
</div>
<section class="act-as" aria-label="Act as"><h3>Act as</h3><ul>${people}</ul></section>
</nav>`;
}
