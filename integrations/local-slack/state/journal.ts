import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { z } from "zod";

/** One changed row: table, key, and what stands there now; `null` says that the row is gone. */
export type RowChange = readonly [table: string, key: string, value: unknown];

const Line = z.array(z.tuple([z.string(), z.string(), z.unknown()]));

const REWRITE_AFTER_CHARACTERS = 32 * 1024 * 1024;

/** A file of changes, one transaction a line. */
export type Journal = {
  /** Writes the changes as one line, all or none. When it returns, a killed process does not lose them. */
  append(changes: readonly RowChange[]): void;
  /** Puts the file anew with just these rows: first beside it, then in its place. */
  rewrite(rows: Iterable<RowChange>): void;
  /** Whether so much was appended that a rewrite pays. */
  isLong(): boolean;
  close(): void;
};

/**
 * Reads every whole line of the file, oldest first; a last one that was cut off by a crash of the machine
 * is left out. Throws where a line is no journal at all.
 */
export function readJournal(path: string): RowChange[] {
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return whole.flatMap((line, index) => {
    const read = Line.safeParse(parse(line));
    if (read.success) return read.data;
    throw new Error(
      `Line ${index + 1} of ${path} is not what local-slack wrote. Move the file away to begin with an empty Slack.`,
    );
  });
}

/** Opens the file for appending, and makes it where there is none. */
export function openJournal(path: string): Journal {
  let file = openSync(path, "a", 0o600);
  let appended = 0;
  return {
    append(changes) {
      const line = `${JSON.stringify(changes)}\n`;
      appendFileSync(file, line);
      appended += line.length;
    },
    rewrite(rows) {
      const beside = `${path}.new`;
      const lines = Array.from(rows, (row) => `${JSON.stringify([row])}\n`);
      writeFileSync(beside, lines.join(""), { mode: 0o600 });
      renameSync(beside, path);
      closeSync(file);
      file = openSync(path, "a", 0o600);
      appended = 0;
    },
    isLong: () => appended > REWRITE_AFTER_CHARACTERS,
    close: () => closeSync(file),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
