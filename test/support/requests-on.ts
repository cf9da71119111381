import type { Answered, ApiStage } from "./api-stage.ts";
import { BOB } from "./e2e/room.ts";

/** What tests of requests do over HTTP, each call with a key of its own where none is given. */
export const requestsOn = (stage: () => ApiStage) => ({
  create: async (body: unknown, key?: string): Promise<Answered> =>
    stage().call("POST", "/api/v1/requests", { key: key ?? (await stage().key()), body }),

  look: async (id: string, headers: Record<string, string> = {}, query = ""): Promise<Answered> =>
    stage().call("GET", `/api/v1/requests/${id}${query}`, { key: await stage().key(), headers }),

  respond: async (id: string, body: unknown, person: string = BOB): Promise<Answered> =>
    stage().call("POST", `/api/v1/requests/${id}/respond`, {
      ...{ key: await stage().key({ person, scopes: ["respond"] }), body },
    }),
});
