import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";

/** Named numbers, as they stand in a line of the output. */
export type Figures = Readonly<Record<string, number | null>>;

export const nowMs = (): number => performance.now();

/** A bench waits like its peers do: by the clock. */
export const pause = (ms: number): Promise<void> => setTimeout(ms);

/** Waits for a condition, asked every `everyMs`. Throws, with `what`, when it has not come true in three minutes. */
export async function until(
  what: string,
  everyMs: number,
  isTrue: () => Promise<boolean> | boolean,
): Promise<void> {
  const limit = nowMs() + 180_000;
  while (!(await isTrue())) {
    if (nowMs() > limit) throw new Error(`Waited three minutes for: ${what}.`);
    await pause(everyMs);
  }
}

/** Does something for each id, at most `most` at a time. */
export async function forEach(
  ids: readonly string[],
  most: number,
  work: (id: string) => Promise<unknown>,
): Promise<void> {
  const left = ids.values();
  const lane = async () => {
    for (const id of left) await work(id);
  };
  await Promise.all(Array.from({ length: Math.min(most, ids.length) }, lane));
}

/** The value below which this share (0 to 1) of all values lies; null where there are none. */
function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : rounded(value, 2);
}

/** The middle value, or the mean of the two in the middle; null where there are none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return below === undefined || above === undefined ? null : rounded((below + above) / 2, 2);
}

/** Milliseconds as three figures: `<name>_p50`, `_p95`, `_p99`. */
export const latencies = (name: string, values: readonly number[]): Figures => ({
  [`${name}_p50`]: percentile(values, 0.5),
  [`${name}_p95`]: percentile(values, 0.95),
  [`${name}_p99`]: percentile(values, 0.99),
});

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
