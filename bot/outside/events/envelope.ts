import type { Consultation, ConsultationFact } from "#engine/consultation/consultation.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Instant, Run } from "#engine/run/run.ts";
import { namesOfQuestionFact, namesOfRunFact } from "./event-names.ts";
import { toFactData, toQuestionData } from "./fact-data.ts";

/** What happened, as the documents tell it to programs (S0-66): for SSE, webhooks, published events. */
export type Envelope = {
  readonly event_id: string;
  readonly event_type: string;
  /** The run, or the workflow that an outside agent named when it asked. */
  readonly workflow_id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: {
    /** The agent that did it, or that asked; null where a person or the engine did. */
    readonly agent_id: string | null;
    readonly correlation_id: string;
  };
};

/** A fact as it stands in the log. */
type Told<Fact> = {
  readonly seq: number;
  readonly fact: Fact;
  readonly actor: string;
  readonly at: Instant;
};

/** What of a run its envelopes need: the same for all of its facts. */
export type EnvelopeRun = { readonly id: string; readonly correlationId: string };

/** A run without a correlation id of its caller's goes by its goal's id, so that all runs of one goal go together. */
export const toEnvelopeRun = ({ id, brief }: Run): EnvelopeRun => ({
  id,
  correlationId: brief?.correlationId ?? brief?.goalId ?? id,
});

/** A fact of a run for programs outside. It holds no lease, no checkpoint and no shell line. */
export const toRunEnvelope = (
  { seq, fact, actor, at }: Told<RunFact>,
  { id, correlationId }: EnvelopeRun,
): Envelope => ({
  event_id: `evt-${id}-${seq}`,
  event_type: namesOfRunFact(fact)[0],
  workflow_id: id,
  timestamp: new Date(at).toISOString(),
  data: { fact: fact.type, ...toFactData(fact), actor },
  metadata: { agent_id: agentOf(actor), correlation_id: correlationId },
});

/** A question's fact for programs outside. `run` is the one whose step asks it, where one does. */
export function toQuestionEnvelope(
  { seq, fact, actor, at }: Told<ConsultationFact>,
  { id, outside, origin }: Consultation,
  run: EnvelopeRun | null = null,
): Envelope {
  const name = namesOfQuestionFact(fact, outside !== undefined)[0];
  return {
    event_id: `evt-${id}-${seq}`,
    event_type: name,
    workflow_id: outside?.workflowId ?? origin?.runId ?? id,
    timestamp: new Date(at).toISOString(),
    data: {
      ...{ fact: fact.type, request_id: id },
      ...(outside ? { checkpoint_id: outside.checkpointId, title: outside.title } : {}),
      ...(origin ? { run_id: origin.runId, step: origin.key } : {}),
      ...toQuestionData(fact),
      actor,
    },
    metadata: {
      agent_id: outside?.agent ?? agentOf(actor),
      correlation_id: outside?.correlationId ?? run?.correlationId ?? origin?.runId ?? id,
    },
  };
}

const agentOf = (actor: string): string | null => /^agent:(.*)$/s.exec(actor)?.[1] ?? null;
