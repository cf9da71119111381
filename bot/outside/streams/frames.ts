import type { Told } from "#db/story.ts";
import { type EventFormat, toCloudEvent } from "../events/cloud-event.ts";
import { type EnvelopeRun, toRunEnvelope } from "../events/envelope.ts";

/** A run's fact as an event of a stream, encoded once for all who follow it. */
export type Frame = { readonly seq: number; readonly bytes: Buffer; readonly isEnd: boolean };

/** Neighbouring frames in one piece. */
export type Batch = { readonly to: number; readonly bytes: Buffer; readonly isEnd: boolean };

/** As much as is put into one piece: more than most runs ever say, and little enough to hold for each slow reader. */
const MOST_BATCH_BYTES = 256 * 1024;

/** `id:` is the fact's number, `event:` its name, `data:` the documented envelope, or a CloudEvent. */
export function toFrame(told: Told, run: EnvelopeRun, format: EventFormat = "countersign"): Frame {
  const envelope = toRunEnvelope(told, run);
  const data = format === "cloudevents" ? toCloudEvent(envelope, `/api/v1/runs/${run.id}`) : envelope;
  const text = `id: ${told.seq}\nevent: ${envelope.event_type}\ndata: ${JSON.stringify(data)}\n\n`;
  return { seq: told.seq, bytes: Buffer.from(text), isEnd: ENDS.has(told.fact.type) };
}

/** No fact comes after these (engine/README.md). */
const ENDS: ReadonlySet<string> = new Set(["run.succeeded", "run.failed", "run.cancelled"]);

/** The first of these frames, as many as fit into one piece, at least one; null where there is none. */
export function toBatch(frames: readonly Frame[]): Batch | null {
  let size = 0;
  const over = frames.findIndex(({ bytes }) => {
    size += bytes.length;
    return size > MOST_BATCH_BYTES;
  });
  const some = over === -1 ? frames : frames.slice(0, Math.max(1, over));
  const last = some.at(-1);
  return last
    ? { to: last.seq, bytes: Buffer.concat(some.map(({ bytes }) => bytes)), isEnd: last.isEnd }
    : null;
}
