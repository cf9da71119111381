import { afterEach } from "vitest";
import { projectByName } from "#db/places.ts";
import type { Answered, ApiStage } from "./api-stage.ts";
import { ALICE } from "./e2e/room.ts";

export const GOALS = "/api/v1/goals";

/** A hand that begins goals over the API, as Alice's agent. What a test began is cancelled after it. */
export function useApiGoals(stage: () => ApiStage) {
  const begun: { readonly id: string; readonly key: string }[] = [];
  afterEach(async () => {
    for (const { id, key } of begun.splice(0)) await stage().call("POST", `${GOALS}/${id}/cancel`, { key });
  });

  const key = (more: object = {}) => stage().key({ scopes: ["goals"], owner: ALICE, ...more });

  return {
    key,
    async begin(
      mine: string,
      body: object = { goal: "Add a health check" },
      {
        query = "",
        headers = {},
      }: { readonly query?: string; readonly headers?: Record<string, string> } = {},
    ): Promise<Answered> {
      const answer = await stage().call("POST", `${GOALS}${query}`, { key: mine, body, headers });
      if (answer.status < 300) begun.push({ id: answer.body.goal_id, key: mine });
      return answer;
    },
    /** A channel with a project, and a key of that project. */
    async projectKey(name: string) {
      const room = await stage().room(name);
      const project = await projectByName(stage().sql, "T01LOCAL", name);
      if (!project) throw new Error("The room has no project.");
      return { room, project, mine: await key({ project: project.id }) };
    },
  };
}
