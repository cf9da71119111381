import { clean } from "../slack/blocks/text.ts";
import type { Operator } from "./operator.ts";

/** A row of a table: a word for each column. */
export type Row = readonly string[];

/** What a command found: `value` for programs, the rest for people. */
type Found = { readonly value: unknown } & (
  | { readonly lines: readonly string[] }
  | { readonly head: Row; readonly rows: readonly Row[]; readonly none: string }
);

/**
 * Prints what a command found: as JSON where that is wanted, else as lines or a table. Titles and reasons come from
 * outside: what could move a terminal's cursor or hide text is taken out.
 */
export function print({ stdout }: Operator, { json }: { readonly json?: true }, found: Found): void {
  if (json) stdout.write(`${JSON.stringify(found.value, null, 2)}\n`);
  else for (const line of linesOf(found)) stdout.write(`${clean(line).trimEnd()}\n`);
}

function linesOf(found: Found): readonly string[] {
  if ("lines" in found) return found.lines;
  if (found.rows.length === 0) return [found.none];
  return table([found.head.map((word) => word.toUpperCase()), ...found.rows]);
}

/** Columns side by side, the last one as long as it is. */
export function table(rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) => row.map((word) => clean(word).replace(/\s+/g, " ")));
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  return cells.map((row) =>
    row.map((word, i) => (i === row.length - 1 ? word : word.padEnd(widths[i] ?? 0))).join("  "),
  );
}

/** A moment as the machine's clock shows it: "2026-11-21 10:05:02". */
export const timeOf = (at: number | Date): string => new Date(at).toLocaleString("sv-SE");
