/** What Atlassian says it allows: requests a second for each endpoint and method, writes to one issue. */
export type RateLimits = {
  readonly perSecond: Readonly<Record<string, number>>;
  readonly writesToOne: readonly { readonly writes: number; readonly withinMs: number }[];
};

/** Atlassian's burst limits as they are documented. */
export const documentedLimits: RateLimits = {
  perSecond: { GET: 100, POST: 100, PUT: 50, DELETE: 50 },
  writesToOne: [
    { writes: 20, withinMs: 2_000 },
    { writes: 100, withinMs: 30_000 },
  ],
};

/** Why and how long one is refused. */
export type Limited = {
  readonly reason: "burst-based" | "per-issue-on-write";
  readonly limit: number;
  readonly waitMs: number;
};

type Bucket = { tokens: number; at: number };
type Taken = {
  readonly method: string;
  readonly template: string;
  /** The issue that is written to. */
  readonly writesTo?: string | undefined;
};

/** Counts what is asked; says when it is too much. What is refused counts as nothing. */
export function createLimiter(limits: RateLimits, now: () => number): (taken: Taken) => Limited | undefined {
  const buckets = new Map<string, Bucket>();
  const writes = new Map<string, number[]>();
  return ({ method, template, writesTo }) => {
    const perSecond = limits.perSecond[method] ?? Number.POSITIVE_INFINITY;
    const bucket = filled(buckets, `${method} ${template}`, perSecond, now());
    if (bucket.tokens < 1) {
      return { reason: "burst-based", limit: perSecond, waitMs: ((1 - bucket.tokens) / perSecond) * 1000 };
    }
    if (writesTo !== undefined) {
      const past = writes.get(writesTo) ?? [];
      writes.set(writesTo, past);
      const over = tooOften(past, limits, now());
      if (over) return over;
      past.push(now());
    }
    bucket.tokens -= 1;
    return undefined;
  };
}

function filled(buckets: Map<string, Bucket>, key: string, perSecond: number, at: number): Bucket {
  const bucket = buckets.get(key) ?? { tokens: perSecond, at };
  buckets.set(key, bucket);
  if (Number.isFinite(perSecond)) {
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
  }
  bucket.at = at;
  return bucket;
}

/** The longest wait of all limits that are reached. */
function tooOften(past: readonly number[], limits: RateLimits, at: number): Limited | undefined {
  const reached = limits.writesToOne.flatMap(({ writes, withinMs }) => {
    const oldest = past.length >= writes ? past[past.length - writes] : undefined;
    const waitMs = oldest === undefined ? 0 : withinMs - (at - oldest);
    return waitMs > 0 ? [{ reason: "per-issue-on-write" as const, limit: writes, waitMs }] : [];
  });
  return reached.sort((a, b) => b.waitMs - a.waitMs)[0];
}
