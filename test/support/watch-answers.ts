import { z } from "zod";
import { type Answer, type Conformance, createConformance } from "./conformance.ts";

export type Watching = {
  /** Throws where `/openapi.json` does not tell of such an answer. */
  check(answer: Answer): Promise<void>;
  /** What was wrong with answers that others fetched. */
  end(): Promise<readonly string[]>;
};

/** The apps whose answers are held against their documents now, by their address. */
const watched = new Map<string, Watching["check"]>();

/** The same for an answer that came by another way than `fetch`. Throws where `/openapi.json` does not tell of it. */
export async function checkAnswer(url: string, answer: Omit<Answer, "path">): Promise<void> {
  const { origin } = new URL(url);
  await watched.get(origin)?.({ ...answer, path: url.slice(origin.length) });
}

/** What `/openapi.json` must tell of. */
const DOCUMENTED = /^\/(?:api\/v1|humanlayer)\//;

/** Holds every answer of the app at `url` against its document, whoever in this process fetches it: our sdk, another's client. */
export function watchAnswers(url: string): Watching {
  const { fetch } = globalThis;
  const wrong: string[] = [];
  const checks: Promise<void>[] = [];
  let conformance: Promise<Conformance> | undefined;

  async function check(answer: Answer): Promise<void> {
    if (!DOCUMENTED.test(answer.path) || answer.method === "OPTIONS") return; // a browser asking first: no operation
    conformance ??= documentOf(url).then(createConformance);
    (await conformance).check(answer);
  }

  async function look(method: string, path: string, response: Response): Promise<void> {
    const { status, headers } = response;
    const text = await response.text().catch(() => null);
    if (text === null) return; // cut off: whoever called hears of it
    await check({ method, path, status, headers, text }).catch((error: Error) => {
      wrong.push(error.message);
    });
  }

  async function documentOf(base: string): Promise<Record<string, unknown>> {
    return z.record(z.string(), z.unknown()).parse(await (await fetch(`${base}/openapi.json`)).json());
  }

  watched.set(url, check);
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    const asked = input instanceof Request ? input.url : String(input);
    const isStream = /event-stream/.test(response.headers.get("content-type") ?? "");
    if (!asked.startsWith(`${url}/`) || isStream || response.status === 101) return response;
    const method = init?.method ?? (input instanceof Request ? input.method : "GET");
    checks.push(look(method.toUpperCase(), asked.slice(url.length), response.clone()));
    return response;
  };

  return {
    check,
    async end() {
      globalThis.fetch = fetch;
      watched.delete(url);
      await Promise.all(checks);
      return wrong;
    },
  };
}
