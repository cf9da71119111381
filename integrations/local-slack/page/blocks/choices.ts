import type { MultiSelect, Option, Select } from "@slack/types";
import type { Reader } from "../text/reader.ts";
import { plainWords } from "../text/text-object.ts";

/** One thing to choose: what goes to the app, and the words that the person reads. */
export type Choice = { readonly value: string; readonly words: string };

/** Choices under one label, or under none. */
export type ChoiceGroup = { readonly label: string | undefined; readonly choices: readonly Choice[] };

/** What a menu offers. Undefined: its choices come from the app while somebody types, which is not played here. */
export function choicesOf(select: Select | MultiSelect, reader: Reader): readonly ChoiceGroup[] | undefined {
  switch (select.type) {
    case "static_select":
    case "multi_static_select":
      return [
        { label: undefined, choices: (select.options ?? []).map(toChoice) },
        ...(select.option_groups ?? []).map((group) => ({
          label: plainWords(group.label),
          choices: group.options.map(toChoice),
        })),
      ];
    case "users_select":
    case "multi_users_select":
      return [
        { label: undefined, choices: reader.people.map(({ id, name }) => ({ value: id, words: name })) },
      ];
    case "channels_select":
    case "multi_channels_select":
    case "conversations_select":
    case "multi_conversations_select":
      return [
        {
          label: undefined,
          choices: reader.channels.map(({ id, name }) => ({ value: id, words: `#${name}` })),
        },
      ];
    case "external_select":
    case "multi_external_select":
      return undefined;
  }
}

/** The values that a menu of one begins with: none or one. */
export function chosenIn(select: Select): readonly string[] {
  switch (select.type) {
    case "static_select":
    case "external_select":
      return given(select.initial_option?.value);
    case "users_select":
      return given(select.initial_user);
    case "channels_select":
      return given(select.initial_channel);
    case "conversations_select":
      return given(select.initial_conversation);
  }
}

/** The values that a menu of several begins with. */
export function allChosenIn(select: MultiSelect): readonly string[] {
  switch (select.type) {
    case "multi_static_select":
    case "multi_external_select":
      return (select.initial_options ?? []).map((option) => option.value ?? "");
    case "multi_users_select":
      return select.initial_users ?? [];
    case "multi_channels_select":
      return select.initial_channels ?? [];
    case "multi_conversations_select":
      return select.initial_conversations ?? [];
  }
}

function given(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function toChoice(option: Option): Choice {
  return { value: option.value ?? "", words: plainWords(option.text) };
}
