const UNIT_MS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
} as const;

/** How people write a unit: "24 hours", "90 min", "2h". */
const UNITS: readonly (readonly [RegExp, keyof typeof UNIT_MS])[] = [
  [/^(?:s|secs?|seconds?)$/, "s"],
  [/^(?:m|mins?|minutes?)$/, "m"],
  [/^(?:h|hrs?|hours?)$/, "h"],
  [/^(?:d|days?)$/, "d"],
];

/** Milliseconds of a span as people write it ("24 hours", "1h 30m", "1.5 days"); a bare number is minutes. Null where it is none. */
export function readSpan(text: string): number | null {
  const said = text.trim().toLowerCase();
  if (/^\d+(?:\.\d+)?$/.test(said)) return Number(said) * UNIT_MS.m;
  const parts = [...said.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)];
  const rest = parts.reduce((left, [part]) => left.replace(part, ""), said);
  if (parts.length === 0 || rest.replaceAll(/and|,|\s/g, "") !== "") return null;
  const spans = parts.map(([, count, word = ""]) => {
    const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1];
    return unit === undefined ? Number.NaN : Number(count) * UNIT_MS[unit];
  });
  const ms = spans.reduce((sum, span) => sum + span, 0);
  return Number.isFinite(ms) ? ms : null;
}

/** A span as people read it, rounded up: "1 minute", "90 minutes", "4 hours", "3 days". */
export function toSpan(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / UNIT_MS.m));
  if (minutes < 100) return counted(minutes, "minute");
  const hours = Math.ceil(ms / UNIT_MS.h);
  return hours < 48 ? counted(hours, "hour") : counted(Math.ceil(ms / UNIT_MS.d), "day");
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;
