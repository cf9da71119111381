import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  SectionBlock,
} from "@slack/types";
import type { z } from "zod";
import { type ActionName, actionId, type VALUES, writeValue } from "./names.ts";
import { bare } from "./text.ts";

const MOST_IN_SECTION = 3_000;
const MOST_ON_BUTTON = 75;
const MOST_IN_ACTIONS = 25;

/** Text with our own marks. `verbatim`: Slack must not make links or mentions of plain words in it. */
export const marks = (text: string): MrkdwnElement => ({
  type: "mrkdwn",
  text: text.slice(0, MOST_IN_SECTION),
  verbatim: true,
});

/** Text without marks, cut to what Slack takes at that place. */
export const plain = (text: string, most: number): PlainTextElement => ({
  type: "plain_text",
  text: bare(text, most) || "–",
});

/** Lines of text, the first ones first; empty and missing ones are left out. Null where none is left. */
export function section(...lines: readonly (string | null)[]): SectionBlock | null {
  const said = lines.filter((line) => line !== null && line !== "");
  return said.length === 0 ? null : { type: "section", text: marks(said.join("\n")) };
}

/** Small grey words, separated by dots. Null where nothing is left. */
export function context(...words: readonly (string | null)[]): ContextBlock | null {
  const said = words.filter((word) => word !== null && word !== "");
  return said.length === 0 ? null : { type: "context", elements: [marks(said.join(" · "))] };
}

/** A row of what can be done. Null where there is nothing to do. */
export function actions(...elements: readonly (Button | Overflow | null)[]): ActionsBlock | null {
  const able = elements.filter((element) => element !== null).slice(0, MOST_IN_ACTIONS);
  return able.length === 0 ? null : { type: "actions", elements: able };
}

type Look = {
  readonly style?: "primary" | "danger";
  readonly confirm?: ConfirmationDialog;
  /** Keeps two buttons with the same effect apart within one message. */
  readonly suffix?: string | number | undefined;
};

/** A button that names its effect. The label is cut to what Slack takes; what it does never is. */
export function button<Name extends ActionName>(
  name: Name,
  label: string,
  value: z.input<(typeof VALUES)[Name]>,
  { style, confirm, suffix }: Look = {},
): Button {
  return {
    type: "button",
    action_id: actionId(name, suffix),
    text: plain(label, MOST_ON_BUTTON),
    value: writeValue(name, value),
    ...(style && { style }),
    ...(confirm && { confirm }),
  };
}

/** A button that opens an address; null where there is no address. */
export const link = (
  label: string,
  url: string | undefined,
  look: Pick<Look, "suffix"> = {},
): Button | null => (url === undefined ? null : { ...button("link.open", label, {}, look), url });

/** Slack's own question before a click goes out. `yes` and `no` are its two buttons. */
export const confirmation = (words: {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly style?: "primary" | "danger";
}): ConfirmationDialog => ({
  title: plain(words.title, 100),
  text: plain(words.text, 300),
  confirm: plain(words.yes, 30),
  deny: plain(words.no, 30),
  style: words.style ?? "primary",
});
