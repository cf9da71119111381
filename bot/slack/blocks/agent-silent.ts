import { type Run, stepOf } from "#engine/run/run.ts";
import { type Card, toCard } from "./card.ts";
import { section, context as words } from "./elements.ts";
import { numberOf, titleOf } from "./goal-words.ts";
import { inert } from "./text.ts";
import { lasting } from "./times.ts";
import { agentName } from "./who.ts";

/** For operators: an agent outside gives no sign of life (S2-44). */
export function agentSilentCard({ name }: { readonly name: string }): Card {
  const line = `${agentName(name)} is silent`;
  return toCard(line, [
    section(
      `✕ *${line}*`,
      "It has given no sign of life for a minute. What it holds goes back when its lease ends.",
    ),
    words("An agent that stops in good order signs off: DELETE /api/v1/agents/{id}"),
  ]);
}

/** For operators: an agent outside lost a task, since it was silent or took too long; and what becomes of the step. */
export function taskLostCard(lost: {
  readonly name: string;
  readonly run: Run;
  readonly key: string;
  /** The step's time limit, where that was used up. */
  readonly tookMs: number | null;
}): Card {
  const { name, run, key, tookMs } = lost;
  const step = stepOf(run, key);
  const what = tookMs === null ? "fell silent" : `took longer than ${lasting(tookMs)}`;
  const line = `${agentName(name)} ${what}: ${inert(step.title, 80)}`;
  return toCard(line, [section(`✕ *${line}*`, becomes(step.status)), words(numberOf(run), titleOf(run))]);
}

function becomes(status: ReturnType<typeof stepOf>["status"]): string {
  if (status === "blocked") return "The step is blocked: somebody must say in its thread how it goes on.";
  return "The step is offered again; a result that comes late is refused.";
}
