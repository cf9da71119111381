import { html } from "hono/html";
import { emojiOf } from "./emoji.ts";
import { unescaped } from "./entities.ts";
import type { Html } from "./markup.ts";
import { safeHref } from "./markup.ts";
import type { Reader } from "./reader.ts";
import { showReference } from "./references.ts";

type Rule = {
  /** Sticky: it is tried at one place. */
  readonly pattern: RegExp;
  readonly show: (inside: string, whole: string, reader: Reader) => Html;
};

/** Slack's marks count only at the edges of words: `snake_case_name` and `2*3*4` stay as they are. */
const RULES: readonly Rule[] = [
  { pattern: /`([^`\n]+)`/uy, show: (inside) => html`<code>${unescaped(inside)}</code>` },
  { pattern: /<([^<>\n]+)>/uy, show: (inside, whole, reader) => showReference(inside, whole, reader) },
  {
    pattern: /(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/uy,
    show: (inside, _whole, reader) => html`<b>${inline(inside, reader)}</b>`,
  },
  {
    pattern: /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}_])/uy,
    show: (inside, _whole, reader) => html`<i>${inline(inside, reader)}</i>`,
  },
  {
    pattern: /(?<![\p{L}\p{N}~])~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}~])/uy,
    show: (inside, _whole, reader) => html`<s>${inline(inside, reader)}</s>`,
  },
  { pattern: /:([a-z0-9_+-]+):/uy, show: (inside, whole) => showEmoji(inside, whole) },
  { pattern: /(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"\]])/uy, show: (inside) => showAddress(inside) },
];

const MAY_START = /[`<*_~:]|https?:\/\//gu;

/** One line of mrkdwn as markup. Text that means nothing special comes out as it was, escaped. */
export function inline(text: string, reader: Reader): Html[] {
  const parts: Html[] = [];
  let plainFrom = 0;
  let at = nextStart(text, 0);
  while (at < text.length) {
    const found = matchAt(text, at, reader);
    if (found === undefined) {
      at = nextStart(text, at + 1);
      continue;
    }
    parts.push(html`${unescaped(text.slice(plainFrom, at))}`, found.markup);
    plainFrom = found.end;
    at = nextStart(text, found.end);
  }
  parts.push(html`${unescaped(text.slice(plainFrom))}`);
  return parts;
}

function nextStart(text: string, from: number): number {
  MAY_START.lastIndex = from;
  return MAY_START.exec(text)?.index ?? text.length;
}

function matchAt(text: string, at: number, reader: Reader): { markup: Html; end: number } | undefined {
  for (const rule of RULES) {
    rule.pattern.lastIndex = at;
    const match = rule.pattern.exec(text);
    const inside = match?.[1];
    if (match === null || inside === undefined) continue;
    return { markup: rule.show(inside, match[0], reader), end: at + match[0].length };
  }
  return undefined;
}

function showEmoji(name: string, whole: string): Html {
  const sign = emojiOf(name);
  return sign === undefined ? html`${whole}` : html`<span class="emoji" title="${whole}">${sign}</span>`;
}

function showAddress(address: string): Html {
  const plain = unescaped(address);
  const href = safeHref(plain);
  if (href === undefined) return html`${plain}`;
  return html`<a href="${href}" target="_blank" rel="noopener noreferrer">${plain}</a>`;
}
