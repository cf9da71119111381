import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { listenForNews, type News } from "#bot/news.ts";
import { createEndpoints } from "#bot/outside/deliveries/endpoints.ts";
import type { Asking, Caller } from "#bot/outside/requests/asking.ts";
import type { Directory } from "#bot/outside/requests/directory.ts";
import type { NewRequest, Requests } from "#bot/outside/requests/request.ts";
import { createRequests } from "#bot/outside/requests/requests.ts";
import { type OpenRoom, openRoom, WORKSPACE } from "./engine-stage.ts";
import type { TestDatabase } from "./postgres.ts";

export type RequestDesk = {
  readonly requests: Requests;
  readonly room: OpenRoom;
  readonly news: News;
};

/** Everybody is a full member and in every channel; one is called Bob. Slack's own answers are for the tests with a Slack. */
const DIRECTORY: Directory = {
  personByEmail: async (_, email) => (email === "bob@example.com" ? "U02BOB" : null),
  isFullMember: async (_, id) => id !== "U99NOBODY",
  isMembersName: async (_, name) => name === "Bob",
  channel: async (_, name) => (name === "#nowhere" ? null : name),
  standing: async ({ personId }) => ({
    ...{ id: personId, isFullMember: true, isInChannel: true, othersMayAnswer: true },
  }),
};

/** The service of requests over a real engine and database, without Slack and without HTTP. */
export function useRequestDesk({ url }: TestDatabase, defaultChannel: string | null = "C01GENERAL") {
  let desk: RequestDesk | undefined;
  beforeAll(async () => {
    const room = openRoom(url);
    const news = await listenForNews(room.sql);
    const endpoints = createEndpoints({ sql: room.sql, secret: "a secret for tests", allowPrivate: false });
    const { sql, engine } = room;
    const requests = createRequests({ sql, engine, news, endpoints, directory: DIRECTORY, defaultChannel });
    desk = { requests, room, news };
  });
  afterAll(async () => {
    await desk?.news.close();
    await desk?.room.close();
  });
  return (): RequestDesk => {
    if (!desk) throw new Error("The desk stands only while tests run.");
    return desk;
  };
}

/** A call by an agent of this workspace, with all scopes, unless `caller` says otherwise. */
export const asking = (caller: Partial<Caller> = {}, onceId: string = randomUUID()): Asking => ({
  caller: {
    ...{ workspaceId: WORKSPACE, keyId: AGENTS_KEY, name: "code-review-agent" },
    ...{ scopes: ["ask", "respond"], personId: null, ownerId: null, projectId: null },
    ...caller,
  },
  ...{ onceId, correlationId: "corr-1", traceparent: null },
});

/** A call by this person, with a token of theirs. */
export const asPerson = (personId: string, caller: Partial<Caller> = {}): Asking =>
  asking({ keyId: randomUUID(), name: "a token", personId, ownerId: personId, ...caller });

const AGENTS_KEY = "0b9f4c1e-6f0a-4d7e-8a53-2f1f3d5c7a91";

/** A request with the documented defaults. */
export const wanted = (more: Partial<NewRequest> = {}): NewRequest => ({
  ...{ type: "approval", title: "May I tag v1.2.0?", description: "", context: {}, options: [] },
  ...{ routing: { channels: [], recipients: [] }, timeoutMinutes: 1_440, metadata: {} },
  ...more,
});
