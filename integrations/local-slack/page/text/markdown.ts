import { html } from "hono/html";
import { emojiOf } from "./emoji.ts";
import type { Html } from "./markup.ts";
import { safeHref } from "./markup.ts";

type Line = { readonly kind: Kind; readonly text: string };
type Kind = "heading" | "item" | "number" | "quote" | "row" | "rule" | "blank" | "words";

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ["blank", /^\s*$/],
  ["rule", /^ {0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/],
  ["heading", /^#{1,6}\s+/],
  ["item", /^\s*[-*+]\s+/],
  ["number", /^\s*\d+[.)]\s+/],
  ["quote", /^\s*>\s?/],
  ["row", /^\s*\|/],
];

/** Standard Markdown, as a `markdown` block carries it, as markup. HTML in it stays text; links go only to safe addresses. */
export function showMarkdown(text: string): Html {
  const parts = text.split(/^```[^\n]*\n([\s\S]*?)^```[^\S\n]*$/m);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<pre><code>${part.replace(/\n$/, "")}</code></pre>` : lines(part)))}`;
}

function lines(text: string): Html[] {
  const groups: { kind: Kind; lines: Line[] }[] = [];
  for (const line of text.split("\n").map(readLine)) {
    const last = groups.at(-1);
    if (last?.kind === line.kind) last.lines.push(line);
    else groups.push({ kind: line.kind, lines: [line] });
  }
  return groups.map((group) => showGroup(group.kind, group.lines));
}

function readLine(text: string): Line {
  const found = KINDS.find(([, pattern]) => pattern.test(text));
  return found === undefined ? { kind: "words", text } : { kind: found[0], text };
}

function without(line: Line): string {
  const pattern = KINDS.find(([kind]) => kind === line.kind)?.[1];
  return pattern === undefined ? line.text : line.text.replace(pattern, "");
}

function showGroup(kind: Kind, all: readonly Line[]): Html {
  switch (kind) {
    case "blank":
      return html``;
    case "rule":
      return html`<hr>`;
    case "heading":
      return html`${all.map((line) => html`<p class="heading">${spans(without(line))}</p>`)}`;
    case "item":
      return html`<ul>${all.map((line) => html`<li>${task(without(line))}</li>`)}</ul>`;
    case "number":
      return html`<ol>${all.map((line) => html`<li>${spans(without(line))}</li>`)}</ol>`;
    case "quote":
      return html`<blockquote>${broken(all)}</blockquote>`;
    case "row":
      return table(all);
    case "words":
      return html`<p class="words">${broken(all)}</p>`;
  }
}

function broken(all: readonly Line[]): Html[] {
  return all.map((line, index) => html`${index === 0 ? "" : html`<br>`}${spans(without(line))}`);
}

function task(text: string): Html {
  const box = /^\[([ xX])\]\s+/.exec(text);
  if (box === null) return html`${spans(text)}`;
  return html`${box[1] === " " ? "☐" : "☑"} ${spans(text.slice(box[0].length))}`;
}

function table(all: readonly Line[]): Html {
  const rows = all
    .map((line) =>
      line.text
        .trim()
        .replace(/^\||\|$/g, "")
        .split("|"),
    )
    .filter((cells) => !cells.every((cell) => /^\s*:?-+:?\s*$/.test(cell)));
  const [head = [], ...body] = rows;
  return html`<div class="table-frame"><table><thead><tr>${head.map((cell) => html`<th scope="col">${spans(cell.trim())}</th>`)}</tr></thead>
<tbody>${body.map((cells) => html`<tr>${cells.map((cell) => html`<td>${spans(cell.trim())}</td>`)}</tr>`)}</tbody></table></div>`;
}

const SPANS =
  /`(?<code>[^`\n]+)`|!?\[(?<label>[^\]\n]*)\]\((?<address>[^()\s]+)\)|\*\*(?<bold>[^\n]+?)\*\*|~~(?<strike>[^\n]+?)~~|(?<![\p{L}\p{N}*])\*(?<star>[^*\s](?:[^*\n]*[^*\s])?)\*|(?<![\p{L}\p{N}_])_(?<line>[^_\s](?:[^_\n]*[^_\s])?)_(?![\p{L}\p{N}])|:(?<emoji>[a-z0-9_+-]+):|(?<bare>https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"\]])|\\(?<literal>[\\`*_{}[\]()#+.!|~>-])/gu;

function spans(text: string): Html[] {
  const shown: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(SPANS)) {
    shown.push(html`${text.slice(from, match.index)}`, span(match[0], match.groups ?? {}));
    from = match.index + match[0].length;
  }
  return [...shown, html`${text.slice(from)}`];
}

type Found = Readonly<Record<string, string | undefined>>;

function span(whole: string, found: Found): Html {
  const { code, label, address, bare, emoji, literal } = found;
  if (code !== undefined) return html`<code>${code}</code>`;
  if (address !== undefined) return link(address, label ?? "", whole);
  if (bare !== undefined) return link(bare, bare, bare);
  if (emoji !== undefined) return html`${emojiOf(emoji) ?? whole}`;
  if (literal !== undefined) return html`${literal}`;
  return emphasis(found);
}

function emphasis({ bold, strike, star, line }: Found): Html {
  if (bold !== undefined) return html`<b>${spans(bold)}</b>`;
  if (strike !== undefined) return html`<s>${spans(strike)}</s>`;
  return html`<i>${spans(star ?? line ?? "")}</i>`;
}

function link(address: string, label: string, whole: string): Html {
  const href = safeHref(address);
  if (href === undefined) return html`${whole}`;
  return html`<a href="${href}" target="_blank" rel="noopener noreferrer">${label === "" ? address : label}</a>`;
}
