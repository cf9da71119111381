import type { Consultation } from "../consultation/consultation.ts";
import { stepOf } from "../run/run.ts";
import { followedBy, houseKindOf, unlessRefused, type WorkNeeds, workOn } from "./work-on-step.ts";

/** Tells a run what came of its question, and goes on with its work here and now. */
export async function tellRun(needs: WorkNeeds, consultation: Consultation): Promise<void> {
  const { origin, workspaceId, id: consultationId, answer, state } = consultation;
  if (origin === null || state === "open" || state === "withdrawn") return;
  const stream = { kind: "run", id: origin.runId, workspaceId } as const;
  const { key } = origin;
  if (answer === null) {
    await unlessRefused(
      needs.engine.submit(stream, { type: "question expired", key, consultationId }, "clock"),
    );
    return;
  }
  const next = { lease: needs.newId(), worker: needs.worker, kinds: needs.unlimited };
  const told = await unlessRefused(
    needs.engine.submit(
      stream,
      { type: "take answer", key, consultationId, answer, next },
      `person:${answer.by}`,
    ),
  );
  const begun = told === "refused" ? null : followedBy(told, next.lease);
  if (begun) needs.goOn(workOn(needs, begun), houseKindOf(stepOf(begun.run, begun.key)));
}
