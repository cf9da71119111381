import { html } from "hono/html";
import { unescaped } from "./entities.ts";
import { inline } from "./inline.ts";
import type { Html } from "./markup.ts";
import type { Reader } from "./reader.ts";

type LineKind = "quote" | "item" | "words";

const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^\s*[•◦▪-] +/;

/** A whole mrkdwn text as markup: code fences, quotes, lists, and the marks inside lines. It can hold nothing that runs. */
export function mrkdwn(text: string, reader: Reader): Html {
  // Only complete fences count: an odd number of them leaves the last one as plain characters.
  const parts = text.split(/```\n?([\s\S]+?)\n?```/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? fence(part) : lines(part, reader)))}`;
}

function fence(code: string): Html {
  return html`<pre><code>${unescaped(code)}</code></pre>`;
}

function lines(text: string, reader: Reader): Html[] {
  const trimmed = text.replace(/^\n/, "").replace(/\n$/, "");
  if (trimmed === "") return [];
  return groups(trimmed.split("\n")).map((group) => showGroup(group.kind, group.lines, reader));
}

function groups(all: readonly string[]): { kind: LineKind; lines: string[] }[] {
  const found: { kind: LineKind; lines: string[] }[] = [];
  for (const line of all) {
    const kind = kindOf(line);
    const last = found.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else found.push({ kind, lines: [line] });
  }
  return found;
}

function kindOf(line: string): LineKind {
  if (QUOTE.test(line)) return "quote";
  return ITEM.test(line) ? "item" : "words";
}

function showGroup(kind: LineKind, all: readonly string[], reader: Reader): Html {
  switch (kind) {
    case "quote":
      return html`<blockquote>${broken(
        all.map((line) => line.replace(QUOTE, "")),
        reader,
      )}</blockquote>`;
    case "item":
      return html`<ul>${all.map((line) => html`<li>${inline(line.replace(ITEM, ""), reader)}</li>`)}</ul>`;
    case "words":
      return html`<span class="words">${broken(all, reader)}</span>`;
  }
}

function broken(all: readonly string[], reader: Reader): Html[] {
  return all.map((line, index) => html`${index === 0 ? "" : html`<br>`}${inline(line, reader)}`);
}
