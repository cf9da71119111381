import type { AnyBlock } from "@slack/types";
import { z } from "zod";
import { type Element, elementsOf, offeredBy, walkBlocks } from "./blocks/walk.ts";
import { PersonError } from "./failure.ts";
import type { Values } from "./state/records.ts";

/** What a script says that somebody typed or chose: a text, one value or several; null or "" for nothing. */
export const Chosen = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
export type Chosen = z.infer<typeof Chosen>;

/** What one field holds, as Slack writes it into `state.values` and into an action. */
export type Held = Record<string, unknown>;

type Field = {
  /** The name of what it holds. */
  readonly key: string;
  /** The name of what the app put there first. */
  readonly initial: string;
  readonly holds: "text" | "number" | "id" | "ids" | "option" | "options" | "rich text" | "files";
};

const FIELDS: Readonly<Record<string, Field>> = {
  plain_text_input: { key: "value", initial: "initial_value", holds: "text" },
  number_input: { key: "value", initial: "initial_value", holds: "text" },
  email_text_input: { key: "value", initial: "initial_value", holds: "text" },
  url_text_input: { key: "value", initial: "initial_value", holds: "text" },
  rich_text_input: { key: "rich_text_value", initial: "initial_value", holds: "rich text" },
  file_input: { key: "files", initial: "initial_files", holds: "files" },
  datepicker: { key: "selected_date", initial: "initial_date", holds: "text" },
  timepicker: { key: "selected_time", initial: "initial_time", holds: "text" },
  datetimepicker: { key: "selected_date_time", initial: "initial_date_time", holds: "number" },
  static_select: { key: "selected_option", initial: "initial_option", holds: "option" },
  external_select: { key: "selected_option", initial: "initial_option", holds: "option" },
  radio_buttons: { key: "selected_option", initial: "initial_option", holds: "option" },
  users_select: { key: "selected_user", initial: "initial_user", holds: "id" },
  conversations_select: { key: "selected_conversation", initial: "initial_conversation", holds: "id" },
  channels_select: { key: "selected_channel", initial: "initial_channel", holds: "id" },
  multi_static_select: { key: "selected_options", initial: "initial_options", holds: "options" },
  multi_external_select: { key: "selected_options", initial: "initial_options", holds: "options" },
  checkboxes: { key: "selected_options", initial: "initial_options", holds: "options" },
  multi_users_select: { key: "selected_users", initial: "initial_users", holds: "ids" },
  multi_conversations_select: {
    key: "selected_conversations",
    initial: "initial_conversations",
    holds: "ids",
  },
  multi_channels_select: { key: "selected_channels", initial: "initial_channels", holds: "ids" },
};

/** Something in a message or view that a person can use, and the block that it stands in. */
export type Placed = {
  readonly element: Element;
  readonly blockId: string;
  readonly blockType: string;
  /** The app wants to hear of each change (`dispatch_action`). */
  readonly dispatches: boolean;
  readonly isOptional: boolean;
};

/** Everything that can be used in these blocks, containers included. */
export function usableIn(blocks: readonly AnyBlock[]): Placed[] {
  return walkBlocks(blocks, "").flatMap(({ block }) =>
    elementsOf(block).map((element) => ({
      element,
      blockId: block.block_id ?? "",
      blockType: block.type,
      dispatches: block["dispatch_action"] === true,
      isOptional: block["optional"] === true,
    })),
  );
}

/** What the fields of these blocks hold at first: what they held before where they stay, else what the app put there. */
export function initialValues(blocks: readonly AnyBlock[], before: Values): Values {
  const values: Values = {};
  for (const { element, blockId } of usableIn(blocks)) {
    const field = FIELDS[element.type];
    const actionId = element.action_id;
    if (field === undefined || actionId === undefined) continue;
    const kept = before[blockId]?.[actionId];
    const first = { type: element.type, [field.key]: element[field.initial] ?? nothing(field) };
    values[blockId] = { ...values[blockId], [actionId]: kept?.["type"] === element.type ? kept : first };
  }
  return values;
}

/** Whether an element keeps what somebody types or chooses. */
export function isField(element: Element): boolean {
  return FIELDS[element.type] !== undefined;
}

/** What a field holds once somebody chose this. Throws a PersonError where nobody could. */
export function heldBy(element: Element, chosen: Chosen): Held {
  const field = FIELDS[element.type];
  if (field === undefined) throw new PersonError(400, "bad_input", `A ${element.type} holds no value.`);
  const values = [chosen ?? ""]
    .flat()
    .map(String)
    .filter((value) => value !== "");
  return {
    type: element.type,
    [field.key]: values.length === 0 ? nothing(field) : read(element, field, values),
  };
}

/** The choice with this value. Throws a PersonError where the element offers none. */
export function optionOf(element: Element, value: string): unknown {
  const option = offeredBy(element).find(
    (offered) => z.object({ value: z.literal(value) }).safeParse(offered).success,
  );
  if (option !== undefined) return option;
  throw new PersonError(
    404,
    "no_such_option",
    `${element.type} ${element.action_id} has no option "${value}".`,
  );
}

/** Whether a field holds nothing. */
export function isEmpty(held: Held | undefined): boolean {
  const values = Object.entries(held ?? {}).filter(([key]) => key !== "type");
  return values.every(([, value]) => value === null || (Array.isArray(value) && value.length === 0));
}

function read(element: Element, field: Field, values: readonly string[]): unknown {
  const [first = ""] = values;
  switch (field.holds) {
    case "text":
    case "id":
      return first;
    case "ids":
      return values;
    case "number":
      return Number(first);
    case "option":
      return optionOf(element, first);
    case "options":
      return values.map((value) => optionOf(element, value));
    case "rich text": {
      const section = { type: "rich_text_section", elements: [{ type: "text", text: first }] };
      return { type: "rich_text", elements: [section] };
    }
    case "files":
      throw new PersonError(400, "bad_input", "Nobody can add a file here: leave the field empty.");
  }
}

function nothing(field: Field): null | [] {
  return field.holds === "ids" || field.holds === "options" || field.holds === "files" ? [] : null;
}
