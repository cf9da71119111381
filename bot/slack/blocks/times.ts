import type { Instant } from "#engine/run/run.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A day and time in the reader's zone: "Today 14:32". */
export const dayTime = (at: Instant): string => slackDate(at, "{date_short_pretty} {time}", utc(at));

/** The time of something that belongs to a message of `since`: "14:32", with its day where that is long ago. */
export const clock = (at: Instant, since: Instant): string =>
  Math.abs(at - since) < DAY_MS / 2 ? slackDate(at, "{time}", `${utc(at).slice(11)}`) : dayTime(at);

/** How long something took: "40 s", "18 min", "2 h 5 min", "3 d 4 h". */
export function lasting(ms: number): string {
  if (ms < SECOND_MS) return "under 1 s";
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return two(ms, HOUR_MS, "h", MINUTE_MS, "min");
  return two(ms, DAY_MS, "d", HOUR_MS, "h");
}

function two(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)} ${big}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

const slackDate = (at: Instant, format: string, fallback: string): string =>
  `<!date^${Math.floor(at / 1000)}^${format}|${fallback}>`;

/** "2026-11-21 14:32 UTC", for readers whose Slack cannot draw dates. */
const utc = (at: Instant): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
