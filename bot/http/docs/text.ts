import { html } from "hono/html";

/** One line of the Markdown that descriptions use: code and bold. */
export const showInline = (text: string) =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((piece) => {
    if (piece.startsWith("`")) return html`<code>${piece.slice(1, -1)}</code>`;
    return piece.startsWith("**") ? html`<strong>${piece.slice(2, -2)}</strong>` : piece;
  });
