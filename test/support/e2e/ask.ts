import { expect } from "vitest";
import type { ApiStage } from "#test/support/api-stage.ts";

/** A request that an agent has put, as the agent sees it. */
export type Asked = {
  readonly id: string;
  readonly key: string;
  /** The request as the API tells it now. */
  look(): Promise<Record<string, unknown>>;
};

/** Asks over the API, as an outside agent does, with a key of its own. */
export async function ask(
  { key: makeKey, call }: ApiStage,
  body: object,
  wish: Parameters<ApiStage["key"]>[0] = {},
): Promise<Asked> {
  const key = await makeKey({ name: "code-review-agent", ...wish });
  const { status, body: answer } = await call("POST", "/api/v1/requests", { key, body });
  expect(status, JSON.stringify(answer)).toBe(201);
  const id: string = answer.id;
  return { id, key, look: async () => (await call("GET", `/api/v1/requests/${id}`, { key })).body };
}

/** A channel of its own with the bot in it, so that the tests of a file do not meet. */
export async function makeChannel(
  { people }: ApiStage,
  name: string,
  members: readonly string[],
): Promise<string> {
  const id = `C9${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}`;
  await people.act("channels", { id, name, members, bot_in: true });
  return id;
}
