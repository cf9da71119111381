import { html } from "hono/html";
import { slackDate } from "./dates.ts";
import { unescaped } from "./entities.ts";
import type { Html } from "./markup.ts";
import { safeHref } from "./markup.ts";
import { nameOf, type Reader } from "./reader.ts";

/** What stands between `<` and `>` in Slack's texts: a person, a channel, a group, a date or a link. Anything else is shown as it was. */
export function showReference(inside: string, whole: string, reader: Reader): Html {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : unescaped(inside.slice(bar + 1));
  if (target.startsWith("@")) return showPerson(target.slice(1), label, reader);
  if (target.startsWith("#")) return showChannel(target.slice(1), label, reader);
  if (target.startsWith("!")) return showSpecial(target.slice(1), label, whole, reader);
  return showLink(unescaped(target), label, whole);
}

/** A mention of a person or bot; the reader's own stands out. */
export function showPerson(id: string, label: string | undefined, reader: Reader): Html {
  const name = nameOf([...reader.people, ...reader.bots], id, label ?? id);
  const mine = id === reader.id ? " me" : "";
  return html`<span class="mention${mine}">@${name}</span>`;
}

/** A mention of a channel: a link where the reader may open it, else just its name. */
export function showChannel(id: string, label: string | undefined, reader: Reader): Html {
  const name = nameOf(reader.channels, id, label ?? id);
  const known = reader.channels.some((channel) => channel.id === id);
  if (!known) return html`<span class="mention">#${name}</span>`;
  return html`<a class="mention" data-nav href="?as=${encodeURIComponent(reader.id)}&amp;in=${encodeURIComponent(id)}">#${name}</a>`;
}

/** A mention of a group; it stands out for its members. */
export function showGroup(id: string, label: string | undefined, reader: Reader): Html {
  const group = reader.groups.find((entry) => entry.id === id);
  const name = group === undefined ? (label ?? id).replace(/^@/, "") : group.name;
  const mine = group?.members.includes(reader.id) === true ? " me" : "";
  return html`<span class="mention${mine}">@${name}</span>`;
}

/** A link whose words are `label`, or its address where it has none; words only where the address could do harm. */
export function showLink(address: string, label: string | undefined, whole: string): Html {
  const href = safeHref(address);
  if (href === undefined) return html`${label ?? whole}`;
  return html`<a href="${href}" target="_blank" rel="noopener noreferrer">${label ?? address}</a>`;
}

function showSpecial(name: string, label: string | undefined, whole: string, reader: Reader): Html {
  const [kind = "", first = "", second = "", third] = name.split("^");
  if (kind === "subteam") return showGroup(first, label, reader);
  if (kind === "date") return showDate(first, second, third, label ?? whole, reader);
  if (["here", "channel", "everyone"].includes(kind)) return html`<span class="mention me">@${kind}</span>`;
  return html`${label ?? whole}`;
}

function showDate(
  seconds: string,
  format: string,
  link: string | undefined,
  fallback: string,
  reader: Reader,
): Html {
  const date = slackDate(seconds === "" ? Number.NaN : Number(seconds), unescaped(format), fallback, reader);
  const href = link === undefined ? undefined : safeHref(unescaped(link));
  if (href === undefined) return date;
  return html`<a href="${href}" target="_blank" rel="noopener noreferrer">${date}</a>`;
}
