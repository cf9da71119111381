import type { Candidate, Market, Offered } from "#db/claims.ts";

/** Somebody who waits for a step: a claim that is held open, or an agent whom work is pushed to. */
type Hand<Waiter> = { readonly agent: Candidate; readonly waiter: Waiter | null };

export type Found<Waiter> = Hand<Waiter> & { readonly step: Offered };

/**
 * Gives each step to whoever has waited longest of those who may have it; to an agent whom work is pushed to where nobody
 * waits. Steps come in the order in which they are to be done. No agent gets more than it has hands free.
 */
export function match<Waiter extends { readonly agentId: string }>(
  { agents, steps }: Market,
  waiters: readonly Waiter[],
): readonly Found<Waiter>[] {
  const byId = new Map(agents.map((agent) => [agent.id, agent]));
  const free = new Map(agents.map(({ id, free: hands }) => [id, hands]));
  const left = new Set(waiters);
  const pushed = agents.filter(({ endpointId }) => endpointId !== null);
  const found: Found<Waiter>[] = [];
  for (const step of steps) {
    const may = (agent: Candidate | undefined): agent is Candidate =>
      agent !== undefined && (free.get(agent.id) ?? 0) > 0 && canTake(agent, step);
    const waiter = [...left].find(({ agentId }) => may(byId.get(agentId)));
    const agent = waiter ? byId.get(waiter.agentId) : pushed.find(may);
    if (!agent) continue;
    free.set(agent.id, (free.get(agent.id) ?? 0) - 1);
    if (waiter) left.delete(waiter);
    found.push({ step, agent, waiter: waiter ?? null });
  }
  return found;
}

/** Whether a step is for this agent: by its name or by what it can do, in its workspace and its project. */
function canTake({ workspaceId, projectId, name, capabilities }: Candidate, step: Offered): boolean {
  if (step.workspaceId !== workspaceId || (projectId !== null && step.projectId !== projectId)) return false;
  if (step.agent !== null) return step.agent.toLowerCase() === name.toLowerCase();
  return step.capability !== null && capabilities.includes(step.capability);
}
