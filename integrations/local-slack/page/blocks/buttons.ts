import type {
  Button,
  ConfirmationDialog,
  FeedbackButtons,
  IconButton,
  Overflow,
  WorkflowButton,
} from "@slack/types";
import { html } from "hono/html";
import { toOwnHref } from "../address.ts";
import type { Html } from "../text/markup.ts";
import { safeHref } from "../text/markup.ts";
import { plainWords, showText } from "../text/text-object.ts";
import type { Place } from "./surface.ts";

/** A button, or a link that looks like one: to a thread it stays in the page, else it opens beside it. All tell the app that they were pressed. */
export function showButton(button: Button, place: Place): Html {
  const look = button.style === undefined ? "button" : `button ${button.style}`;
  const words = plainWords(button.text);
  const label = button.accessibility_label ?? words;
  const own = button.url === undefined ? undefined : toOwnHref(button.url, place.reader.id);
  if (own !== undefined) {
    return html`<a class="${look}" data-nav href="${own}" aria-label="${label}" ${pressed(button.action_id, button.value, place)}>${words}</a>`;
  }
  const href = button.url === undefined ? undefined : safeHref(button.url);
  if (href !== undefined) {
    return html`<a class="${look}" href="${href}" target="_blank" rel="noopener noreferrer" aria-label="${label} (opens beside)" ${pressed(button.action_id, button.value, place)}>${words} <span aria-hidden="true">↗</span></a>`;
  }
  return html`<button type="button" class="${look}" aria-label="${label}" ${pressed(button.action_id, button.value, place)}>${words}</button>${showConfirm(button.confirm, place)}`;
}

/** A button that starts a workflow of Slack's own: none exist here, and it says so. */
export function showWorkflowButton(button: WorkflowButton): Html {
  return html`<button type="button" class="button" disabled title="Workflows of Slack's own do not exist here.">${plainWords(button.text)}</button>`;
}

/** The button with three dots and the choices behind it. */
export function showOverflow(menu: Overflow, place: Place): Html {
  const choices = menu.options.map((option) => {
    const href = option.url === undefined ? undefined : safeHref(option.url);
    const words = html`<span>${plainWords(option.text)}</span>${option.description === undefined ? "" : html`<small>${plainWords(option.description)}</small>`}`;
    if (href !== undefined) {
      return html`<a href="${href}" target="_blank" rel="noopener noreferrer" ${pressed(menu.action_id, option.value, place)}>${words}</a>`;
    }
    return html`<button type="button" ${pressed(menu.action_id, option.value, place)}>${words}</button>${showConfirm(menu.confirm, place)}`;
  });
  return html`<details class="menu" data-menu><summary class="button icon" aria-label="More actions" title="More actions">⋯</summary><div class="menu-list">${choices}</div></details>`;
}

/** A small button with a picture; only the people it names see it. */
export function showIconButton(button: IconButton, place: Place): Html {
  const hidden = button.visible_to_user_ids?.includes(place.reader.id) === false;
  if (hidden) return html``;
  const label = button.accessibility_label ?? plainWords(button.text);
  return html`<button type="button" class="button icon" aria-label="${label}" title="${label}" ${pressed(button.action_id, button.value, place)}>${button.icon === "trash" ? "🗑" : label}</button>${showConfirm(button.confirm, place)}`;
}

/** The pair of thumbs under an agent's answer. */
export function showFeedback(pair: FeedbackButtons, place: Place): Html {
  const thumbs = [
    { sign: "👍", ...pair.positive_button },
    { sign: "👎", ...pair.negative_button },
  ];
  return html`${thumbs.map(({ sign, text, value, accessibility_label }) => html`<button type="button" class="button icon" aria-label="${accessibility_label ?? plainWords(text)}" title="${plainWords(text)}" ${pressed(pair.action_id, value, place)}>${sign}</button>`)}`;
}

/** The question that must be answered before the click goes out; it belongs to the element right before it. */
export function showConfirm(confirm: ConfirmationDialog | undefined, place: Place): Html {
  if (confirm === undefined) return html``;
  const look = confirm.style === "danger" ? "danger" : "primary";
  const words = (text: { text: string } | undefined, otherwise: string) => text?.text ?? otherwise;
  const title = words(confirm.title, "Are you sure?");
  return html`<dialog class="confirm" data-confirm aria-label="${title}"><h2>${title}</h2><div class="text">${showText(confirm.text, place.reader)}</div>
<div class="row end"><button type="button" class="button" data-answer="no">${words(confirm.deny, "Cancel")}</button><button type="button" class="button ${look}" data-answer="yes">${words(confirm.confirm, "Yes")}</button></div></dialog>`;
}

function pressed(actionId: string | undefined, value: string | undefined, place: Place): Html {
  return html`data-press data-action="${actionId ?? ""}" data-block="${place.blockId}" ${value === undefined ? "" : html`data-value="${value}"`}`;
}
