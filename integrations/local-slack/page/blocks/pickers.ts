import type { Checkboxes, MultiSelect, Option, RadioButtons, Select } from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { plainWords, showText } from "../text/text-object.ts";
import { showConfirm } from "./buttons.ts";
import { allChosenIn, type Choice, choicesOf, chosenIn } from "./choices.ts";
import { control } from "./control.ts";
import type { Place } from "./surface.ts";

/** A menu of which one thing is chosen. */
export function showSelect(select: Select, place: Place, label: string): Html {
  const groups = choicesOf(select, place.reader);
  if (groups === undefined) return notHere("A menu that asks the app for its choices");
  const chosen = new Set(chosenIn(select));
  const hint = select.placeholder === undefined ? "Choose…" : plainWords(select.placeholder);
  const option = (choice: Choice) =>
    html`<option value="${choice.value}" ${chosen.has(choice.value) ? "selected" : ""}>${choice.words}</option>`;
  const shown = groups.map((group) =>
    group.label === undefined
      ? html`${group.choices.map(option)}`
      : html`<optgroup label="${group.label}">${group.choices.map(option)}</optgroup>`,
  );
  const inner = html`<select aria-label="${label === "" ? hint : label}" ${select.focus_on_load === true ? "autofocus" : ""}><option value="">${hint}</option>${shown}</select>`;
  return html`${control("one", select.action_id, place, inner)}${showConfirm(select.confirm, place)}`;
}

/** A menu of which several things are chosen: a list of boxes that opens. */
export function showMultiSelect(select: MultiSelect, place: Place, label: string): Html {
  const groups = choicesOf(select, place.reader);
  if (groups === undefined) return notHere("A menu that asks the app for its choices");
  const chosen = new Set(allChosenIn(select));
  const hint = select.placeholder === undefined ? "Choose…" : plainWords(select.placeholder);
  const words = groups.flatMap((group) => group.choices).filter((choice) => chosen.has(choice.value));
  const box = (choice: Choice) =>
    html`<label class="choice"><input type="checkbox" value="${choice.value}" data-words="${choice.words}" ${chosen.has(choice.value) ? "checked" : ""}><span>${choice.words}</span></label>`;
  const shown = groups.map(
    (group) =>
      html`${group.label === undefined ? "" : html`<p class="quiet">${group.label}</p>`}${group.choices.map(box)}`,
  );
  const most = select.max_selected_items === undefined ? "" : html`data-most="${select.max_selected_items}"`;
  const inner = html`<details class="menu many" data-menu ${most}><summary class="button">${label === "" ? "" : html`<span class="unseen">${label}: </span>`}<span data-keep data-chosen data-hint="${hint}">${words.length === 0 ? hint : words.map((choice) => choice.words).join(", ")}</span> <span aria-hidden="true">▾</span></summary><div class="menu-list">${shown}</div></details>`;
  return html`${control("many", select.action_id, place, inner)}${showConfirm(select.confirm, place)}`;
}

/** A group of which one is chosen. */
export function showRadios(radios: RadioButtons, place: Place, label: string): Html {
  const chosen = new Set(radios.initial_option === undefined ? [] : [radios.initial_option.value ?? ""]);
  const name = `${place.key}-${place.blockId}-${radios.action_id ?? ""}`;
  return html`${control("one", radios.action_id, place, boxes("radio", name, radios.options, chosen, label, place))}${showConfirm(radios.confirm, place)}`;
}

/** A group of which any are chosen. */
export function showCheckboxes(group: Checkboxes, place: Place, label: string): Html {
  const chosen = new Set(group.initial_options?.map((option) => option.value ?? ""));
  const name = `${place.key}-${place.blockId}-${group.action_id ?? ""}`;
  return html`${control("many", group.action_id, place, boxes("checkbox", name, group.options, chosen, label, place))}${showConfirm(group.confirm, place)}`;
}

function boxes(
  type: "radio" | "checkbox",
  name: string,
  options: readonly Option[],
  chosen: ReadonlySet<string>,
  label: string,
  place: Place,
): Html {
  const shown = options.map((option) => {
    const more =
      option.description === undefined
        ? ""
        : html`<small>${showText(option.description, place.reader)}</small>`;
    return html`<label class="choice"><input type="${type}" name="${name}" value="${option.value ?? ""}" ${chosen.has(option.value ?? "") ? "checked" : ""}><span>${showText(option.text, place.reader)}${more}</span></label>`;
  });
  return html`<fieldset${label === "" ? "" : html` aria-label="${label}"`}>${shown}</fieldset>`;
}

function notHere(what: string): Html {
  return html`<p class="unsupported">${what} is not played here.</p>`;
}
