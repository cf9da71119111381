import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Answered, ApiStage } from "#test/support/api-stage.ts";
import { OPERATIONS, type SideOperation } from "./operations.ts";
import type { Side, Target } from "./side.ts";

/** What was found wrong, in words; nothing where there is nothing. */
type Trouble = readonly string[];

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** Every operation of the served document, as "GET /api/v1/requests". */
export async function documentedOperations({ app }: Pick<ApiStage, "app">): Promise<readonly string[]> {
  const { paths } = Document.parse(await (await fetch(`${app.url}/openapi.json`)).json());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** Things that nobody has, named as a side names its own. */
export function nowhere(): Target {
  const word = `w${randomUUID().slice(0, 8)}`;
  return {
    ...{ openRequest: randomUUID(), settledRequest: randomUUID() },
    ...{ functionCall: `call-${word}`, humanContact: `contact-${word}` },
    ...{ workflowId: `wf-${word}`, checkpointId: `cp-${word}` },
    ...{
      goal: randomUUID(),
      goalNumber: 999_999,
      eventId: `evt-${randomUUID()}`,
      run: randomUUID(),
      task: `${randomUUID()}.scan.1`,
    },
    ...{ agent: randomUUID(), agentName: `only ${word}`, webhook: randomUUID() },
    ...{ project: `only-${word}`, workflow: `only-${word}` },
  };
}

/**
 * Calls every operation in one side's name about what is the other's, and about what nobody has. Says where the two differ,
 * where the first is no 404, and where it tells what is the other's. `theirs`: what nobody but the other may be told.
 * `mayDiffer`: operations whose names all of a workspace share.
 */
export async function walk(
  me: Side,
  other: Side,
  { theirs, mayDiffer = [] }: { readonly theirs: readonly string[]; readonly mayDiffer?: readonly string[] },
): Promise<{ readonly called: number; readonly trouble: Trouble }> {
  const gone = nowhere();
  const pairs = Object.entries(OPERATIONS).flatMap(([name, toCalls]) => {
    const nothing = toCalls(gone);
    return toCalls(other.has).map((about, i) => ({ name, about, nothing: nothing[i] ?? about }));
  });
  const trouble: string[] = [];
  // What is made comes last: it bears names that are the other's too.
  for (const { name, about, nothing } of pairs.toSorted((a, b) => ORDER[a.about.is] - ORDER[b.about.is])) {
    const answer = await ask(me, about);
    const same = await ask(me, nothing);
    const seen = whatIsWrong(about, answer, { theirs, word: other.word });
    const differs = mayDiffer.includes(name) ? [] : difference(about, answer, same);
    trouble.push(
      ...[...seen, ...differs].map((wrong) => `${about.method} ${about.path} ${wrong.slice(0, 500)}`),
    );
  }
  return { called: pairs.length, trouble };
}

const ORDER = { hidden: 0, list: 1, apart: 2 } as const;

/** Calls every operation in a side's own name about what is its own. Says which of them are not found: those prove nothing. */
export async function walkOwn(me: Side): Promise<Trouble> {
  const all = Object.values(OPERATIONS).flatMap((toCalls) => toCalls(me.has));
  const trouble: string[] = [];
  for (const method of ["GET", "PUT", "POST", "DELETE"])
    for (const operation of all.filter((one) => one.method === method && !isStream(one))) {
      const answer = await ask(me, operation);
      if (!isFound(operation, answer))
        trouble.push(`${method} ${operation.path} ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  return trouble;
}

const isStream = ({ path }: SideOperation): boolean => /^\/api\/v1\/runs\/[^/]+\/events$/.test(path);

const isFound = ({ is }: SideOperation, { status, body }: Answered): boolean =>
  status < 500 && ![401, 403, 404].includes(status) && (is !== "list" || body.items.length > 0);

const ask = (side: Side, { method, path, is: _, ...asked }: SideOperation): Promise<Answered> =>
  side.call(method, path, asked);

function whatIsWrong(
  { is, path, body: sent }: SideOperation,
  { status, body }: Answered,
  { theirs, word }: { readonly theirs: readonly string[]; readonly word: string },
): Trouble {
  const asked = `${path} ${JSON.stringify(sent ?? "")}`;
  const told = JSON.stringify(body);
  const secrets = [word, ...theirs].filter((secret) => told.includes(secret) && !asked.includes(secret));
  return [
    ...(is === "hidden" && status !== 404 ? [`answered ${status}: ${told}`] : []),
    ...(is === "list" && status !== 200 ? [`answered ${status}: ${told}`] : []),
    ...(secrets.length > 0 ? [`told ${secrets.join(", ")}: ${told}`] : []),
  ];
}

/** What tells somebody else's from what is not there; ids and what was asked don't count. */
function difference({ is }: SideOperation, theirs: Answered, nobodys: Answered): Trouble {
  if (theirs.status !== nobodys.status)
    return [
      `answered ${theirs.status}, and ${nobodys.status} for what nobody has: ${JSON.stringify(theirs.body)}`,
    ];
  if (is !== "hidden") return [];
  const [one, two] = [theirs, nobodys].map(({ body, headers }) => [
    JSON.stringify({ ...body, instance: undefined }),
    [...headers.keys()].toSorted((a, b) => a.localeCompare(b)).join(),
  ]);
  return one?.join() === two?.join() ? [] : [`differs: ${one?.join()} and ${two?.join()}`];
}
