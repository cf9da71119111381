import type {
  DataTableBlock,
  RawNumberElement,
  RawTextElement,
  RichTextBlock,
  TableBlock,
} from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import type { Reader } from "../text/reader.ts";
import { showRichText } from "../text/rich-text.ts";

type Cell = RawTextElement | RawNumberElement | RichTextBlock;

/** A table whose first row is its head, as Slack draws it. */
export function showTable(block: TableBlock, reader: Reader): Html {
  const align = (column: number) => block.column_settings?.[column]?.align ?? "left";
  return frame(undefined, block.rows, reader, align, undefined);
}

/** A table with a caption; all its rows are shown at once, so no paging is needed. */
export function showDataTable(block: DataTableBlock, reader: Reader): Html {
  const numbers = new Set(
    (block.rows[1] ?? []).flatMap((cell, column) => (cell.type === "raw_number" ? [column] : [])),
  );
  const align = (column: number) => (numbers.has(column) ? "right" : "left");
  return frame(block.caption, block.rows, reader, align, block.row_header_column_index ?? 0);
}

function frame(
  caption: string | undefined,
  rows: readonly (readonly Cell[])[],
  reader: Reader,
  align: (column: number) => string,
  headColumn: number | undefined,
): Html {
  const [head = [], ...body] = rows;
  const row = (cells: readonly Cell[]) =>
    html`<tr>${cells.map((cell, column) =>
      column === headColumn
        ? html`<th scope="row" class="${align(column)}">${showCell(cell, reader)}</th>`
        : html`<td class="${align(column)}">${showCell(cell, reader)}</td>`,
    )}</tr>`;
  const titles = head.map(
    (cell, column) => html`<th scope="col" class="${align(column)}">${showCell(cell, reader)}</th>`,
  );
  return html`<div class="table-frame" tabindex="0" role="group" aria-label="${caption ?? "Table"}"><table>${caption === undefined ? "" : html`<caption>${caption}</caption>`}<thead><tr>${titles}</tr></thead><tbody>${body.map(row)}</tbody></table></div>`;
}

function showCell(cell: Cell, reader: Reader): Html {
  switch (cell.type) {
    case "raw_text":
    case "raw_number":
      return html`${cell.text}`;
    case "rich_text":
      return showRichText(cell, reader);
  }
}
