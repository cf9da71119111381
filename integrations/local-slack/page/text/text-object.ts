import type { TextObject } from "@slack/types";
import { html } from "hono/html";
import { emojiOf } from "./emoji.ts";
import type { Html } from "./markup.ts";
import { mrkdwn } from "./mrkdwn.ts";
import type { Reader } from "./reader.ts";

/** A text object as Slack shows it: `mrkdwn` with its marks, `plain_text` letter by letter (only `:emoji:`, where it asks for them). */
export function showText(text: TextObject, reader: Reader): Html {
  switch (text.type) {
    case "mrkdwn":
      return mrkdwn(text.text, reader);
    case "plain_text":
      return html`${plainWords(text)}`;
  }
}

/** The words of a text object without any markup, for labels and attributes. */
export function plainWords(text: TextObject): string {
  if (text.type === "mrkdwn" || text.emoji !== true) return text.text;
  return text.text.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) => emojiOf(name) ?? whole);
}
