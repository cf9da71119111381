import { beatAgents, findAgent, listAgents, type OutsideAgentRow, removeAgent } from "#db/outside-agents.ts";
import { Refusal } from "#engine/errors.ts";
import { type Asking, type Caller, mustHave } from "../requests/asking.ts";
import { type Registered, type RegisterNeeds, registerAgent, type WantedAgent } from "./register-agent.ts";

export type OutsideAgents = ReturnType<typeof createOutsideAgents>;

/** The registry of agents outside. Every call throws `Refusal`; what the caller's key does not reach is `not_found`. */
export function createOutsideAgents(needs: RegisterNeeds) {
  const { sql, endpoints } = needs;

  async function known({ workspaceId, projectId }: Caller, idOrName: string): Promise<OutsideAgentRow> {
    const agent = await findAgent(sql, workspaceId, idOrName);
    if (agent && (projectId === null || agent.projectId === projectId)) return agent;
    throw new Refusal(
      "not_found",
      "This key reaches no agent of that id or name: register it first (POST /api/v1/agents).",
    );
  }

  /** The agent for which this key speaks. */
  async function mine(by: Asking, idOrName: string): Promise<OutsideAgentRow> {
    mustHave(by, "work");
    const agent = await known(by.caller, idOrName);
    if (agent.keyId === by.caller.keyId) return agent;
    throw new Refusal(
      "not_allowed",
      `“${agent.name}” was registered with another key, and that one speaks for it: use it, or register under another name.`,
    );
  }

  return {
    mine,

    async register(
      by: Asking,
      wanted: WantedAgent,
    ): Promise<Registered & { readonly agent: OutsideAgentRow }> {
      mustHave(by, "work");
      const registered = await registerAgent(needs, by, wanted);
      return { ...registered, agent: await known(by.caller, registered.id) };
    },

    async get(by: Asking, idOrName: string): Promise<OutsideAgentRow> {
      mustHave(by, "work");
      return known(by.caller, idOrName);
    },

    /** By name, from the one after `after` on. */
    async list(
      by: Asking,
      page: { readonly after: string | null; readonly most: number },
    ): Promise<readonly OutsideAgentRow[]> {
      mustHave(by, "work");
      const { workspaceId, projectId } = by.caller;
      return listAgents(sql, workspaceId, { ...page, projectId });
    },

    async heartbeat(by: Asking, idOrName: string): Promise<OutsideAgentRow> {
      const { id } = await mine(by, idOrName);
      await beatAgents(sql, [id]);
      return known(by.caller, id);
    },

    /** Signs an agent off; resolves to what it was. Its tasks are for the caller to give back. */
    async remove(by: Asking, idOrName: string): Promise<OutsideAgentRow> {
      const agent = await mine(by, idOrName);
      await removeAgent(sql, agent.workspaceId, agent.id);
      if (agent.endpointId !== null)
        await endpoints.switchOff(by, agent.endpointId, "The agent has signed off.");
      return agent;
    },
  };
}
