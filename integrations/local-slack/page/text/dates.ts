import { html } from "hono/html";
import type { Html } from "./markup.ts";
import type { Reader } from "./reader.ts";

const DAY_S = 86_400;

/** "14:32" in the reader's zone. */
export function clockTime(seconds: number, reader: Reader): string {
  return shown(seconds, reader, { hour: "2-digit", minute: "2-digit" });
}

/** "Today", "Yesterday" or "Friday 21 November": the line between the days of a channel. */
export function dayName(seconds: number, reader: Reader): string {
  return pretty(seconds, reader, () =>
    shown(seconds, reader, { weekday: "long", day: "numeric", month: "long" }),
  );
}

/** "just now", "5 minutes ago", "in 2 hours": how Slack words `{ago}` and "last reply". */
export function ago(seconds: number, reader: Reader): string {
  const distance = seconds - reader.nowSeconds;
  const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  const size = Math.abs(distance);
  if (size < 60) return "just now";
  if (size < 3600) return words.format(Math.round(distance / 60), "minute");
  if (size < DAY_S) return words.format(Math.round(distance / 3600), "hour");
  return words.format(Math.round(distance / DAY_S), "day");
}

/** A Slack date (`<!date^…>` or a rich text date): its format with the braces filled in, or the fallback where it is no time. */
export function slackDate(seconds: number, format: string, fallback: string, reader: Reader): Html {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 8.64e12) return html`${fallback}`;
  const text = format.replace(
    /\{(\w+)\}/g,
    (braces, token: string) => dateToken(token, seconds, reader) ?? braces,
  );
  const iso = new Date(seconds * 1000).toISOString();
  return html`<time datetime="${iso}" title="${full(seconds, reader)}">${text}</time>`;
}

/** The whole date with its time, for the tip on a short time. */
export function full(seconds: number, reader: Reader): string {
  return shown(seconds, reader, { dateStyle: "full", timeStyle: "short" });
}

function dateToken(token: string, seconds: number, reader: Reader): string | undefined {
  const long = () =>
    shown(seconds, reader, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const medium = () => shown(seconds, reader, { day: "numeric", month: "long", year: "numeric" });
  const short = () => shown(seconds, reader, { day: "numeric", month: "short", year: "numeric" });
  const tokens: Readonly<Record<string, () => string>> = {
    date: medium,
    date_pretty: () => pretty(seconds, reader, medium),
    date_short: short,
    date_short_pretty: () => pretty(seconds, reader, short),
    date_long: long,
    date_long_pretty: () => pretty(seconds, reader, long),
    date_num: () => dayKey(seconds, reader),
    time: () => clockTime(seconds, reader),
    time_secs: () => shown(seconds, reader, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
    ago: () => ago(seconds, reader),
  };
  return Object.hasOwn(tokens, token) ? tokens[token]?.() : undefined;
}

function pretty(seconds: number, reader: Reader, otherwise: () => string): string {
  const day = dayKey(seconds, reader);
  if (day === dayKey(reader.nowSeconds, reader)) return "Today";
  if (day === dayKey(reader.nowSeconds - DAY_S, reader)) return "Yesterday";
  if (day === dayKey(reader.nowSeconds + DAY_S, reader)) return "Tomorrow";
  return otherwise();
}

/** "2026-11-21" in the reader's zone: equal for two times exactly when they fall on the same day there. */
export function dayKey(seconds: number, reader: Reader): string {
  return formatter("sv-SE", reader.timeZone, {}).format(seconds * 1000);
}

function shown(seconds: number, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  return formatter("en-GB", reader.timeZone, options).format(seconds * 1000);
}

// Making one costs more than drawing a message; there are only as many as zones times formats.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options]);
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, made);
  return made;
}
