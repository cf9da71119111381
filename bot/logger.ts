import { inspect } from "node:util";

const LEVELS = ["debug", "info", "warn", "error"] as const;
/** How much somebody should care. */
export type Level = (typeof LEVELS)[number];

/** What belongs to a line, beside its message. */
type Fields = Readonly<Record<string, unknown>>;

/** Writes lines, and never a secret. */
export type Logger = { readonly [L in Level]: (message: string, fields?: Fields) => void } & {
  /** A logger whose lines carry these fields too. */
  child(fields: Fields): Logger;
  /** From now on this text is replaced by "[secret]" wherever it occurs, in children as well. */
  hide(secret: string): void;
};

/** Shorter texts would be replaced inside ordinary words. */
const SHORTEST_SECRET = 6;

/**
 * A logger that hands each line to `write`: JSON, or short lines for people where `isTerminal`. `now` is in ms since
 * 1970. Lines below `level` are left out.
 */
export function createLogger(needs: {
  readonly now: () => number;
  readonly write: (line: string) => void;
  readonly isTerminal: boolean;
  readonly level?: Level;
}): Logger {
  const { now, write, isTerminal, level: least = "info" } = needs;
  const secrets = new Set<string>();

  function line(level: Level, message: string, fields: Fields): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    const time = new Date(now()).toISOString();
    const text = isTerminal
      ? forPeople(time, level, message, fields)
      : toJson({ time, level, message, ...fields });
    write(`${[...secrets].reduce((all, secret) => all.replaceAll(secret, "[secret]"), text)}\n`);
  }

  const loggerWith = (own: Fields): Logger => ({
    debug: (message, fields) => line("debug", message, { ...own, ...fields }),
    info: (message, fields) => line("info", message, { ...own, ...fields }),
    warn: (message, fields) => line("warn", message, { ...own, ...fields }),
    error: (message, fields) => line("error", message, { ...own, ...fields }),
    child: (fields) => loggerWith({ ...own, ...fields }),
    hide(secret) {
      if (secret.length < SHORTEST_SECRET) return;
      secrets.add(secret).add(JSON.stringify(secret).slice(1, -1));
    },
  });
  return loggerWith({});
}

function forPeople(time: string, level: Level, message: string, fields: Fields): string {
  const { error, ...rest } = fields;
  const told = Object.entries(rest).map(
    ([name, value]) => `${name}=${inspect(value, { breakLength: Infinity })}`,
  );
  const why = error === undefined ? [] : [error instanceof Error ? `\n  ${error.stack}` : inspect(error)];
  return [time.slice(11, 19), level.padEnd(5), message, ...told, ...why].join(" ");
}

/** A log line must never be the reason why something fails: what JSON cannot hold is written as Node shows it. */
function toJson(line: Fields): string {
  const seen = (_: string, value: unknown): unknown => {
    if (value instanceof Error) {
      const { name, message, stack, cause } = value;
      return { ...value, name, message, stack, ...(cause !== undefined && { cause }) };
    }
    return typeof value === "bigint" ? String(value) : value;
  };
  try {
    return JSON.stringify(line, seen);
  } catch {
    const { time, level, message, ...fields } = line;
    return JSON.stringify({ time, level, message, fields: inspect(fields, { depth: 4 }) });
  }
}
