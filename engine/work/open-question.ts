import type { Engine } from "../engine.ts";
import { type Run, stepOf } from "../run/run.ts";
import { unlessRefused } from "./work-on-step.ts";

/** Run questions expire after three days, where nobody said otherwise. */
const QUESTION_TIMEOUT_MS = 3 * 24 * 3_600_000;

/** Puts a step's question to people. Its id came with the fact, so asking twice asks once. */
export async function openQuestion(
  { engine }: { readonly engine: Engine },
  run: Run,
  key: string,
): Promise<void> {
  const { brief, workspaceId, id: runId } = run;
  const { question, consultationId, status } = stepOf(run, key);
  if (!brief || !question || consultationId === null || status !== "waiting") return;
  const people = question.people.length > 0 ? question.people : brief.reviewers;
  const channel = brief.reviewChannel ?? brief.channel;
  const policy = { people, channel, reviewers: people, fourEyes: brief.fourEyes };
  const command = { type: "open", question, policy, requester: brief.requestedBy } as const;
  const stream = { kind: "consultation", id: consultationId, workspaceId } as const;
  await unlessRefused(
    engine.submit(
      stream,
      { ...command, origin: { runId, key }, timeoutMs: question.timeoutMs ?? QUESTION_TIMEOUT_MS },
      "engine",
    ),
  );
}

/** Takes back what a run that has ended still asks. An answer that comes first is kept. */
export async function withdrawQuestions({ engine }: { readonly engine: Engine }, run: Run): Promise<void> {
  const asked = run.steps.flatMap((step) => (step.consultationId === null ? [] : [step.consultationId]));
  const reason = `The run it belonged to has ended: ${run.status}.`;
  await Promise.all(asked.map((id) => withdrawQuestion(engine, run.workspaceId, id, reason)));
}

/** Takes back one question; one that is settled, or was never put, is left alone. */
export async function withdrawQuestion(
  engine: Engine,
  workspaceId: string,
  id: string,
  reason: string,
): Promise<void> {
  await unlessRefused(
    engine.submit({ kind: "consultation", id, workspaceId }, { type: "withdraw", reason }, "engine"),
  );
}
