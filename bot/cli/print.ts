import type { Terminal } from "./terminal.ts";

/** A row of a table: a word for each column. */
export type Row = readonly string[];

/** Prints what a command found: as JSON for programs, else as a table (or lines) for people. */
export function print(
  { stdout }: Terminal,
  asJson: boolean | undefined,
  found: unknown,
  { head, rows, none }: { readonly head: Row; readonly rows: readonly Row[]; readonly none: string },
): void {
  if (asJson) stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else if (rows.length === 0) stdout.write(`${none}\n`);
  else stdout.write(`${table([head.map((word) => word.toUpperCase()), ...rows])}\n`);
}

/** Prints one thing: as JSON, or the lines that say it. */
export function say(
  { stdout }: Terminal,
  asJson: boolean | undefined,
  what: unknown,
  ...lines: readonly string[]
): void {
  stdout.write(asJson ? `${JSON.stringify(what, null, 2)}\n` : `${lines.join("\n")}\n`);
}

function table(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: Row) =>
    row
      .map((word, i) => word.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}
