import type { RichTextBlock, RichTextBlockElement, RichTextElement, RichTextList } from "@slack/types";
import { html } from "hono/html";
import { slackDate } from "./dates.ts";
import { emojiOf } from "./emoji.ts";
import type { Html } from "./markup.ts";
import type { Reader } from "./reader.ts";
import { showChannel, showGroup, showLink, showPerson } from "./references.ts";

/** A rich text block as markup: its sections, lists, quotes and code, each piece with its styles. */
export function showRichText(block: Pick<RichTextBlock, "elements">, reader: Reader): Html {
  return html`${block.elements.map((element) => showPart(element, reader))}`;
}

function showPart(part: RichTextBlockElement, reader: Reader): Html {
  switch (part.type) {
    case "rich_text_section":
      return html`<p class="words">${pieces(part.elements, reader)}</p>`;
    case "rich_text_list":
      return showList(part, reader);
    case "rich_text_quote":
      return html`<blockquote>${pieces(part.elements, reader)}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre><code>${part.elements.map((piece) => (piece.type === "text" ? piece.text : (piece.text ?? piece.url)))}</code></pre>`;
  }
  return unsupported(part);
}

function showList(list: RichTextList, reader: Reader): Html {
  const items = list.elements.map((item) => html`<li>${pieces(item.elements, reader)}</li>`);
  const depth = `indent-${Math.min(Math.max(list.indent ?? 0, 0), 6)}`;
  return list.style === "ordered"
    ? html`<ol class="${depth}">${items}</ol>`
    : html`<ul class="${depth}">${items}</ul>`;
}

function pieces(all: readonly RichTextElement[], reader: Reader): Html[] {
  return all.map((piece) => styled(showPiece(piece, reader), piece.style ?? {}));
}

function styled(piece: Html, style: NonNullable<RichTextElement["style"]>): Html {
  let shown = piece;
  if (style.code === true) shown = html`<code>${shown}</code>`;
  if (style.bold === true) shown = html`<b>${shown}</b>`;
  if (style.italic === true) shown = html`<i>${shown}</i>`;
  if (style.strike === true) shown = html`<s>${shown}</s>`;
  if (style.underline === true) shown = html`<u>${shown}</u>`;
  return shown;
}

function showPiece(piece: RichTextElement, reader: Reader): Html {
  switch (piece.type) {
    case "text":
      return html`${broken(piece.text)}`;
    case "link":
      return showLink(piece.url, piece.text, piece.url);
    case "emoji":
      return html`<span class="emoji" title=":${piece.name}:">${emojiOf(piece.name) ?? `:${piece.name}:`}</span>`;
    case "user":
      return showPerson(piece.user_id, undefined, reader);
    case "channel":
      return showChannel(piece.channel_id, undefined, reader);
    case "usergroup":
      return showGroup(piece.usergroup_id, undefined, reader);
    case "team":
      return html`<span class="mention">@${piece.team_id}</span>`;
    case "broadcast":
      return html`<span class="mention me">@${piece.range}</span>`;
    case "date":
      return slackDate(piece.timestamp, piece.format, piece.fallback ?? piece.format, reader);
    case "color":
      return html`<code>${piece.value}</code>`;
  }
  return unsupported(piece);
}

/** What Slack invents next year arrives all the same: it must not vanish silently. */
function unsupported(piece: { readonly type: string }): Html {
  return html`<span class="unsupported">Unsupported text: ${piece.type}</span>`;
}

function broken(text: string): Html[] {
  return text.split("\n").map((line, index) => html`${index === 0 ? "" : html`<br>`}${line}`);
}
