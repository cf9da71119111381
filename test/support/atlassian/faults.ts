/** One request that reached a double. `status` 0: it got no answer. */
export type Call = {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  operationId: string | undefined;
  readonly body: unknown;
  status: number;
};

/** What a double answers. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Which calls: an operationId, or a condition. */
export type Which = string | ((call: Call) => boolean);

/** The how-manieth matching call it begins with (1), and for how many (1). */
export type When = { readonly nth?: number; readonly times?: number };

/** What stands before Atlassian's systems speaks HTML. */
const unavailable = "<!DOCTYPE html><title>Atlassian Cloud Notifications - Page Unavailable</title>";

type Outcome = Answer | "breaks" | "hangs" | undefined;
type Stage = "before" | "after";
type Planned = {
  which: Which;
  stage: Stage;
  skip: number;
  left: number;
  run: (call: Call) => Promise<Outcome>;
};

/** A call that stands still until it is let go. */
export type Held = { readonly arrived: Promise<Call>; readonly release: () => void };

/** What can go wrong with a system outside, each at the wish of a test. */
export type Faults = ReturnType<typeof createFaults>;

/** None at first. `listen` opens and closes the door for new connections. */
export function createFaults(
  product: "jira" | "confluence",
  door: {
    readonly open: () => Promise<void>;
    readonly shut: () => Promise<void>;
  },
) {
  const planned: Planned[] = [];
  let always: Outcome;
  let isRevoked = false;
  const plan = (which: Which, stage: Stage, run: Planned["run"], { nth = 1, times = 1 }: When = {}) =>
    void planned.push({ which, stage, skip: nth - 1, left: times, run });
  const faults = {
    /** How long every answer takes. */
    latencyMs: 0,
    /** From now on our token is refused, until `up`. */
    revoke(): void {
      isRevoked = true;
    },
    /** Every call is answered with this, and a page for people, until `up`. */
    down(status = 503, headers: Record<string, string> = {}): void {
      always = { status, body: unavailable, headers };
    },
    /** Every call is taken and never answered, until `up`. */
    hang(): void {
      always = "hangs";
    },
    /** Connections are refused, until `up`. */
    refuse: () => door.shut(),
    /** All is well again: nothing that was planned happens any more. */
    async up(): Promise<void> {
      always = undefined;
      planned.length = 0;
      isRevoked = false;
      await door.open();
    },
    /** 429 for these calls. */
    limit(which: Which, retryAfterSeconds: number, when?: When): void {
      const headers = {
        "Retry-After": String(retryAfterSeconds),
        "RateLimit-Reason": `${product}-burst-based`,
      };
      const body = { errorMessages: ["Rate limit exceeded."] };
      plan(which, "before", async () => ({ status: 429, headers, body }), when);
    },
    /** These calls get this answer, and nothing is done. */
    answer(which: Which, answer: Answer, when?: When): void {
      plan(which, "before", async () => answer, when);
    },
    /** The connection breaks before anything is done. */
    breakBefore: (which: Which, when?: When) => plan(which, "before", async () => "breaks", when),
    /** It is done, then the connection breaks: nobody learns of it. */
    breakAfter: (which: Which, when?: When) => plan(which, "after", async () => "breaks", when),
    /** It is done and never answered: a time-out after the write. */
    hangAfter: (which: Which, when?: When) => plan(which, "after", async () => "hangs", when),
    /** Something else happens just before such a call is handled: a person edits the page between read and write. */
    before(which: Which, action: (call: Call) => unknown, when?: When): void {
      plan(which, "before", async (call) => void (await action(call)), when);
    },
    /** Such a call stands still before (or after) it is done. */
    hold: (which: Which, stage: Stage = "before", when?: When): Held => {
      const came = Promise.withResolvers<Call>();
      const freed = Promise.withResolvers<void>();
      const stand = async (call: Call): Promise<undefined> => {
        came.resolve(call);
        await freed.promise;
      };
      plan(which, stage, stand, when);
      return { arrived: came.promise, release: freed.resolve };
    },
  };
  /** What becomes of a call at a stage; undefined: it goes its way. */
  const meet = async (call: Call, stage: Stage): Promise<Outcome> => {
    if (stage === "before" && always) return always;
    for (const one of planned.filter((each) => each.stage === stage && matches(each.which, call))) {
      if (one.skip-- > 0 || one.left-- <= 0) continue;
      const outcome = await one.run(call);
      if (outcome) return outcome;
    }
    return undefined;
  };
  return { faults, meet, revoked: () => isRevoked };
}

function matches(which: Which, call: Call): boolean {
  return typeof which === "string" ? call.operationId === which : which(call);
}
