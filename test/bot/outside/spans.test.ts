import { expect, it } from "vitest";
import { readSpan, toSpan } from "#bot/outside/goals/spans.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

it.each<[string, number]>([
  ["24 hours", 24 * HOUR],
  ["1 hour", HOUR],
  ["2h", 2 * HOUR],
  ["90 minutes", 90 * MINUTE],
  ["90 min", 90 * MINUTE],
  ["1h 30m", 90 * MINUTE],
  ["1 hour and 30 minutes", 90 * MINUTE],
  ["1.5 days", 36 * HOUR],
  ["3 D", 3 * DAY],
  ["45", 45 * MINUTE],
  ["30 seconds", 30_000],
])("%s is read as people mean it", (text, ms) => {
  expect(readSpan(text)).toBe(ms);
});

it.each(["", "soon", "two hours", "2 fortnights", "-3 hours", "3 hours ago", "1h2", "5 m x"])(
  "%s is no span",
  (text) => {
    expect(readSpan(text)).toBeNull();
  },
);

it("a span is written in the largest unit that tells enough, rounded up", () => {
  const written = [0, 1, MINUTE, 90 * MINUTE, 100 * MINUTE, 4 * HOUR, 47 * HOUR, 2 * DAY, 10 * DAY].map(
    toSpan,
  );
  expect(written).toEqual([
    ...[
      "1 minute",
      "1 minute",
      "1 minute",
      "90 minutes",
      "2 hours",
      "4 hours",
      "47 hours",
      "2 days",
      "10 days",
    ],
  ]);
});
