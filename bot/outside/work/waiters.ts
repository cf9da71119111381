import type { Begun } from "./begin-task.ts";

/** A claim that is held open until there is work, its time is up, or its caller goes away. */
export type Waiter = {
  readonly agentId: string;
  readonly leaseMs: number;
  /** The name of the lease that it gets. */
  readonly lease: string;
  readonly signal: AbortSignal;
  /** Ends the waiting; null where there was nothing. */
  tell(begun: Begun | null): void;
};

export type Claim = Omit<Waiter, "tell"> & { readonly waitMs: number };

/** Those who wait in this process, in the order in which they came. */
export function createWaiters() {
  const waiting = new Set<Waiter>();
  const served = new WeakSet<Waiter>();
  const late = new Set<Waiter>();

  function leave(waiter: Waiter): void {
    late.delete(waiter);
    if (waiting.delete(waiter)) waiter.tell(null);
  }

  /** Whose time is up while nobody has looked for them yet stays for one look: a claim may wait 0 s, and still get something. */
  function runOut(waiter: Waiter): void {
    if (served.has(waiter)) leave(waiter);
    else late.add(waiter);
  }

  return {
    all: (): readonly Waiter[] => [...waiting],
    agentIds: (): readonly string[] => [...new Set([...waiting].map(({ agentId }) => agentId))],
    count: () => waiting.size,
    has: (waiter: Waiter) => waiting.has(waiter),
    /** What it waited for is being made ready: it does not wait any more. */
    take: (waiter: Waiter) => waiting.delete(waiter),
    leave,

    /** Waits in line. Resolves when somebody `tell`s. */
    enter({ waitMs, ...claim }: Claim): Promise<Begun | null> {
      return new Promise((resolve) => {
        const waiter: Waiter = {
          ...claim,
          tell(begun) {
            clearTimeout(timer);
            claim.signal.removeEventListener("abort", goAway);
            resolve(begun);
          },
        };
        const timer = setTimeout(() => runOut(waiter), waitMs);
        const goAway = () => leave(waiter);
        claim.signal.addEventListener("abort", goAway, { once: true });
        waiting.add(waiter);
        if (claim.signal.aborted) goAway();
      });
    },

    /** Back into the line: what was meant for it was gone. */
    enterAgain(waiter: Waiter): void {
      if (waiter.signal.aborted) waiter.tell(null);
      else waiting.add(waiter);
    },

    /** These were looked for once, found or not. */
    serve(waiters: readonly Waiter[]): void {
      for (const waiter of waiters) {
        served.add(waiter);
        if (late.has(waiter)) leave(waiter);
      }
    },
  };
}
