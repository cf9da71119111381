import type { Sql } from "postgres";
import type { StreamRow } from "#db/cursors.ts";
import { loadConsultation, loadRun } from "#db/load.ts";
import { factsSince, type LoggedFact, type Subscription, subscriptionsOf } from "#db/subscriptions.ts";
import type { ConsultationFact } from "#engine/consultation/consultation.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Follower } from "../../followers.ts";
import { queueDelivery } from "../deliveries/queue-delivery.ts";
import { type Envelope, toEnvelopeRun, toQuestionEnvelope, toRunEnvelope } from "./envelope.ts";
import { namesOfQuestionFact, namesOfRunFact } from "./event-names.ts";
import { hearersOf } from "./subscribed-names.ts";

/** What the facts of one log are told as. */
type Teller = {
  readonly projectId: string | null;
  readonly traceparent: string | null;
  readonly tell: (fact: LoggedFact) => {
    readonly names: readonly [string, ...string[]];
    readonly envelope: Envelope;
  };
};

/**
 * Tells subscribers what happens to runs and questions: each fact that happened since they subscribed, under one id however
 * often it is looked at. Who subscribed with a project's key hears of that project alone.
 */
export const createSubscribers = (sql: Sql): Follower => ({
  name: "subscribers",
  reads: "subscribed",
  async catchUp(stream, seenSeq) {
    const subscriptions = await subscriptionsOf(sql, stream.workspaceId);
    if (subscriptions.length === 0) return;
    const since = new Date(Math.min(...subscriptions.map(({ createdAt }) => createdAt.getTime())));
    const facts = await factsSince(sql, stream, seenSeq, since);
    const teller = facts.length > 0 ? await tellerOf(sql, stream) : null;
    if (teller) for (const fact of facts) await tell(sql, stream, subscriptions, { teller, fact });
  },
});

async function tell(
  sql: Sql,
  { id: streamId, workspaceId }: StreamRow,
  subscriptions: readonly Subscription[],
  { teller, fact }: { readonly teller: Teller; readonly fact: LoggedFact },
): Promise<void> {
  const { projectId, traceparent } = teller;
  const { names, envelope } = teller.tell(fact);
  for (const { endpointId, event } of hearersOf(subscriptions, { names, projectId, at: fact.at }))
    await queueDelivery(sql, {
      ...{ endpointId, workspaceId, streamId, event, traceparent },
      eventKey: `${streamId}:${fact.seq}`,
      body: JSON.stringify({ ...envelope, event_type: event }),
    });
}

const tellerOf = (sql: Sql, { kind, workspaceId, id }: StreamRow): Promise<Teller | null> =>
  kind === "run" ? runTeller(sql, workspaceId, id) : questionTeller(sql, workspaceId, id);

/** Facts are written by the rules alone: what is read back is what they made. */
async function runTeller(sql: Sql, workspaceId: string, id: string): Promise<Teller | null> {
  const run = await loadRun(sql, workspaceId, id);
  if (!run) return null;
  const about = toEnvelopeRun(run);
  return {
    projectId: run.brief?.projectId ?? null,
    traceparent: run.brief?.traceparent ?? null,
    tell: ({ body, ...rest }) => {
      const fact = body as RunFact;
      return { names: namesOfRunFact(fact), envelope: toRunEnvelope({ ...rest, fact }, about) };
    },
  };
}

async function questionTeller(sql: Sql, workspaceId: string, id: string): Promise<Teller | null> {
  const question = await loadConsultation(sql, workspaceId, id);
  if (!question) return null;
  const { outside, origin } = question;
  const run = origin ? await loadRun(sql, workspaceId, origin.runId) : null;
  const about = run && toEnvelopeRun(run);
  return {
    projectId: outside?.projectId ?? run?.brief?.projectId ?? null,
    traceparent: outside?.traceparent ?? run?.brief?.traceparent ?? null,
    tell: ({ body, ...rest }) => {
      const fact = body as ConsultationFact;
      const names = namesOfQuestionFact(fact, outside !== undefined);
      return { names, envelope: toQuestionEnvelope({ ...rest, fact }, question, about) };
    },
  };
}
