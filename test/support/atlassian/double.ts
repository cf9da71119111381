import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Documented, openDocument, type Wire } from "./document.ts";
import { type Answer, type Call, createFaults, type Faults } from "./faults.ts";
import { createLimiter, documentedLimits, type Limited, type RateLimits } from "./rate-limits.ts";
import { listen, readWire, send, shut } from "./wire.ts";

/** What an operation is asked. */
export type Asked = {
  /** A part of the path. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** Plays one operation. */
export type Handler = (asked: Asked) => Answer | Promise<Answer>;

/** An operation that Atlassian has but the document we hold does not. */
export type Undocumented = {
  readonly operationId: string;
  readonly method: string;
  readonly template: string;
};

/** A refusal, in Atlassian's words. */
export class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`${answer.status} ${JSON.stringify(answer.body)}`);
    this.answer = answer;
  }
}

/** What did not fit the document: our request, or (the double's own mistake) its answer. */
type Violation = {
  readonly kind: "request" | "answer" | "no such operation";
  readonly operation: string;
  readonly problems: readonly string[];
};

/** How a product speaks when it refuses. */
export type Manner = {
  readonly invalid: (problems: readonly string[]) => Answer;
  readonly unknown: () => Answer;
  readonly unauthorised: () => Answer;
  readonly limited: (limited: Limited) => Answer;
  readonly broken: (problem: string) => Answer;
};

/** What each double can be told. */
export type DoubleOptions = {
  readonly latencyMs?: number;
  /** Atlassian's documented limits unless other ones, or none, are given. */
  readonly limits?: RateLimits | "none";
  readonly now?: () => number;
  readonly credentials?: { readonly email: string; readonly token: string };
};

type Product = {
  readonly name: "jira" | "confluence";
  readonly file: string;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly undocumented?: readonly Undocumented[];
  readonly manner: Manner;
  /** The one thing a call writes to, for limits per issue. */
  readonly writesTo?: (asked: Asked, template: string) => string | undefined;
  /** What is due before any request is handled. */
  readonly before?: () => void;
};

/** A product of Atlassian on this machine. */
export type Double = {
  readonly url: string;
  readonly credentials: { readonly email: string; readonly token: string };
  readonly calls: Call[];
  readonly violations: Violation[];
  readonly faults: Faults["faults"];
  /** How often an operation was called. */
  readonly count: (operationId: string) => number;
  readonly close: () => Promise<void>;
};

/** Serves a product over HTTP on loopback: document, limits and faults first, then its handlers. */
export async function startDouble(product: Product, options: DoubleOptions = {}): Promise<Double> {
  const now = options.now ?? Date.now;
  const credentials = options.credentials ?? {
    email: "countersign@example.com",
    token: "ATATT-token-of-a-test",
  };
  const basic = `Basic ${Buffer.from(`${credentials.email}:${credentials.token}`).toString("base64")}`;
  const inDocument = await openDocument(product.file);
  const calls: Call[] = [];
  const violations: Violation[] = [];
  const limits =
    options.limits === "none" ? { perSecond: {}, writesToOne: [] } : (options.limits ?? documentedLimits);
  const limiter = createLimiter(limits, now);
  const server = createServer((request, response) => void serve(request, response));
  let port = 0;
  const door = {
    open: async () => void (server.listening || (await listen(server, port))),
    shut: async () => void (server.listening && (await shut(server))),
  };
  const { faults, meet, revoked } = createFaults(product.name, door);
  faults.latencyMs = options.latencyMs ?? 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const wire = await readWire(request);
    const { method, path, search, body } = wire;
    const found = inDocument(wire) ?? undocumented(product.undocumented ?? [], wire);
    const call: Call = { at: now(), method, path, search, body, operationId: found?.operationId, status: 0 };
    calls.push(call);
    if (faults.latencyMs > 0) await wait(faults.latencyMs);
    const early = await meet(call, "before");
    const outcome = early ?? (await decide(wire, found));
    const late = early ? undefined : await meet(call, "after");
    const last = late ?? outcome;
    if (last === "hangs") return;
    if (last === "breaks") return void request.socket.destroy();
    call.status = last.status;
    send(response, last);
  };

  const decide = async (wire: Wire, found: Documented | undefined): Promise<Answer> => {
    product.before?.();
    if (revoked() || wire.headers["authorization"] !== basic) return product.manner.unauthorised();
    const asked = askedOf(wire, found);
    const template = found?.template ?? wire.path;
    const writesTo = wire.method === "GET" ? undefined : product.writesTo?.(asked, template);
    const limited = limiter({ method: wire.method, template, writesTo });
    return limited ? product.manner.limited(limited) : await play(wire, found, asked);
  };

  const play = async (wire: Wire, found: Documented | undefined, asked: Asked): Promise<Answer> => {
    const handler = product.handlers[found?.operationId ?? ""];
    if (found && handler) return await judged(found, handler, asked);
    const problem = found ? "this double does not play it" : "it is not in the document";
    const operation = found?.operationId ?? `${wire.method} ${wire.path}`;
    violations.push({ kind: "no such operation", operation, problems: [problem] });
    return product.manner.unknown();
  };

  const judged = async (found: Documented, handler: Handler, asked: Asked): Promise<Answer> => {
    const operation = found.operationId;
    const wrong = found.wrong();
    if (wrong.length > 0) {
      violations.push({ kind: "request", operation, problems: wrong });
      return product.manner.invalid(wrong);
    }
    const answer = await refusedOr(handler, asked);
    const problems = answer.status === 500 ? [JSON.stringify(answer.body)] : wrongAnswer(found, answer);
    if (problems.length === 0) return answer;
    violations.push({ kind: "answer", operation, problems });
    return product.manner.broken(problems.join("; "));
  };

  await listen(server, 0);
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}`,
    credentials,
    calls,
    violations,
    faults,
    count: (operationId) => calls.filter((call) => call.operationId === operationId).length,
    close: door.shut,
  };
}

function askedOf({ search, body }: Wire, found: Documented | undefined): Asked {
  return { param: (name) => found?.params[name] ?? "", query: new URLSearchParams(search), body };
}

function wrongAnswer(found: Documented, answer: Answer): string[] {
  return found.wrongAnswer(answer.status, answer.body === undefined ? undefined : plain(answer.body));
}

/** As it goes over the wire: what is undefined is not there. */
function plain(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body));
}

async function refusedOr(handler: Handler, asked: Asked): Promise<Answer> {
  try {
    return await handler(asked);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    return { status: 500, body: { errorMessages: [`the double broke: ${(error as Error).stack}`] } };
  }
}

function undocumented(known: readonly Undocumented[], wire: Wire): Documented | undefined {
  for (const { operationId, method, template } of known) {
    const shape = template.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
    const match = method === wire.method ? new RegExp(`^${shape}$`).exec(wire.path) : null;
    if (!match) continue;
    const params = Object.entries(match.groups ?? {}).map(([name, value]) => [
      name,
      decodeURIComponent(value),
    ]);
    return {
      operationId,
      template,
      params: Object.fromEntries(params),
      wrong: () => [],
      wrongAnswer: () => [],
    };
  }
  return undefined;
}
