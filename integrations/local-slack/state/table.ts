import type { z } from "zod";
import type { RowChange } from "./journal.ts";

/** Rows of one kind by key, in the order in which they came. Read what it gives as unchangeable. */
export type Table<Row> = {
  get(key: string): Row | undefined;
  all(): Row[];
  keys(): string[];
  put(key: string, row: Row): void;
  remove(key: string): void;
};

/** What the owner of a table does with it besides. */
export type OwnedTable = {
  /** Takes a row from a file. Throws where it does not fit the table. */
  load(key: string, value: unknown): void;
  rows(): Iterable<RowChange>;
  clear(): void;
};

/** An empty table whose every change is told to `write`. */
export function createTable<Row>(
  name: string,
  schema: z.ZodType<Row>,
  write: (change: RowChange) => void,
): Table<Row> & OwnedTable {
  const rows = new Map<string, Row>();
  const remove = (key: string) => {
    if (rows.delete(key)) write([name, key, null]);
  };
  return {
    get: (key) => rows.get(key),
    all: () => [...rows.values()],
    keys: () => [...rows.keys()],
    put(key, row) {
      rows.set(key, row);
      write([name, key, row]);
    },
    remove,
    load(key, value) {
      if (value === null) rows.delete(key);
      else rows.set(key, schema.parse(value));
    },
    *rows() {
      for (const [key, row] of rows) yield [name, key, row];
    },
    clear() {
      for (const key of [...rows.keys()]) remove(key);
    },
  };
}
