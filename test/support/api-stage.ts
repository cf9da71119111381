import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect } from "vitest";
import { hashApiKey, newApiKey } from "#bot/api-keys.ts";
import type { Scope } from "#bot/outside/requests/asking.ts";
import { saveKey } from "#db/keys.ts";
import { type Stage, useStage } from "./e2e/stage.ts";
import type { TestDatabase } from "./postgres.ts";
import { type Watching, watchAnswers } from "./watch-answers.ts";

/** What a key of a test is like; an agent's key with all scopes of agents where nothing is said. */
type KeyWish = {
  readonly scopes?: readonly Scope[];
  readonly name?: string;
  readonly person?: string;
  readonly owner?: string;
  readonly project?: string;
  readonly workspace?: string;
  readonly expiresAt?: Date;
};

export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it reads
  readonly body: any;
};

/** A whole Countersign with local-slack, and a hand that calls its API as a program outside would. */
export type ApiStage = Stage & {
  /** A new key, as an operator makes it. */
  key(wish?: KeyWish): Promise<string>;
  /**
   * One call. `body` goes as JSON; what comes back is read as JSON where it is. Throws where `/openapi.json` does not tell
   * of such an answer.
   */
  call(
    method: string,
    path: string,
    asked?: {
      readonly key?: string;
      readonly body?: unknown;
      /** Sent as it is, in place of `body`. */
      readonly raw?: string;
      readonly headers?: Record<string, string>;
    },
  ): Promise<Answered>;
};

const SECRET = "a secret for tests that nobody can guess";
const AGENTS: readonly Scope[] = ["ask", "goals", "work", "events"];

/** Registers what starts it and ends it. `env`: what an operator sets beside Slack and the database. */
export function useApiStage(
  database: TestDatabase,
  env: Readonly<Record<string, string>> = {},
  mayHear: RegExp | null = null,
): () => ApiStage {
  const staged = useStage(database, "http", mayHear, {
    ...{ COUNTERSIGN_SECRET: SECRET, SLACK_DEFAULT_CHANNEL: "C01GENERAL" },
    ...env,
  });
  let stage: ApiStage | undefined;
  let watching: Watching | undefined;
  beforeAll(() => {
    const base = staged();
    watching = watchAnswers(base.app.url);
    const { check } = watching;
    stage = {
      ...base,
      key: (wish = {}) => saveTestKey(database.sql, wish),
      call: async (method, path, asked = {}) => {
        const { text, ...answered } = await call(`${base.app.url}${path}`, method, asked);
        await check({ method, path, text, ...answered });
        return answered;
      },
    };
  });
  afterAll(async () => expect(await watching?.end()).toEqual([]));
  return () => {
    if (!stage) throw new Error("The stage is not set yet.");
    return stage;
  };
}

/** A new key, as an operator makes it, of an app with this secret. */
export async function saveTestKey(sql: Sql, wish: KeyWish, secret = SECRET): Promise<string> {
  const { scopes = AGENTS, name = "test-agent", person, owner, project, workspace = "T01LOCAL" } = wish;
  const { key, prefix } = newApiKey();
  await saveKey(sql, {
    ...{ id: randomUUID(), workspaceId: workspace, name, prefix, scopes, hash: hashApiKey(secret, key) },
    ...{ personId: person ?? null, ownerId: owner ?? null, projectId: project ?? null },
    expiresAt: wish.expiresAt ?? null,
  });
  return key;
}

async function call(
  url: string,
  method: string,
  {
    key,
    body,
    raw = body === undefined ? undefined : JSON.stringify(body),
    headers = {},
  }: Parameters<ApiStage["call"]>[2] & object,
): Promise<Answered & { readonly text: string }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(raw === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(raw === undefined ? {} : { body: raw }),
  });
  const text = await response.text();
  const isJson = text !== "" && /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, text };
}
