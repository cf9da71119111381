import { createHmac, randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

export const CALLBACK_SECRET = "a-secret-that-both-sides-know";

/** A callback as Countersign posts it; the same id is the same post again. */
export function signedCallback({ id = randomUUID(), secret = CALLBACK_SECRET, body = answered() } = {}) {
  const at = new Date();
  const signer = new Webhook(Buffer.from(secret), { format: "raw" });
  return {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": signer.sign(id, at, body),
      "x-webhook-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
  };
}

/** What is said once somebody has approved. */
export const answered = (workflow = "wf-1"): string =>
  JSON.stringify({
    event: "request.responded",
    request_id: randomUUID(),
    metadata: { workflow_id: workflow, checkpoint_id: "cp-1" },
    response: {
      decision: "approve",
      comment: "",
      responder_id: "U02BOB",
      responded_at: "2026-11-21T10:30:00.000Z",
    },
  });
