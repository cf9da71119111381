import { z } from "zod";
import type { ClaimedDelivery } from "#db/deliveries.ts";
import type { GuardedPost, Posted } from "#integrations/web/guarded-post.ts";
import { signatureHeaders } from "#integrations/web/signatures.ts";
import { type Secrets, signingSecrets } from "./secrets.ts";

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const HEADER_TEXT = /^[\x21-\x7e]{1,200}$/;

/** Our own bodies say what they belong to. */
const Correlated = z.looseObject({ metadata: z.looseObject({ correlation_id: z.string() }) });

/** Signs a delivery and posts it: the bytes that are signed are the bytes that are sent. */
export function createPost({ secrets, post }: { readonly secrets: Secrets; readonly post: GuardedPost }) {
  return async (delivery: ClaimedDelivery, signal: AbortSignal): Promise<Posted> => {
    const signing = readSecrets(secrets, delivery);
    if ("trouble" in signing) return neverSent(signing.trouble);
    const { id, body, url } = delivery;
    const signed = signatureHeaders({ id, at: new Date(), body }, signing.secrets);
    return post(url, { headers: { ...plainHeaders(delivery), ...signed }, body, signal });
  };
}

function readSecrets(secrets: Secrets, { endpointId: id, ...row }: ClaimedDelivery) {
  try {
    return { secrets: signingSecrets(secrets, { ...row, id }) };
  } catch (error) {
    if (error instanceof Error) return { trouble: error.message }; // kept as why this try failed
    throw error;
  }
}

const neverSent = (error: string): Posted => ({
  ...{ status: null, error, answer: null, retryAfterMs: null },
  ...{ wasSent: false, tookMs: 0 },
});

function plainHeaders({ traceparent, body }: ClaimedDelivery): Readonly<Record<string, string>> {
  const correlationId = correlationOf(body);
  return {
    "content-type": "application/json",
    "user-agent": "Countersign",
    ...(traceparent !== null && TRACEPARENT.test(traceparent) ? { traceparent } : {}),
    ...(correlationId !== null && HEADER_TEXT.test(correlationId)
      ? { "x-correlation-id": correlationId }
      : {}),
  };
}

function correlationOf(body: string): string | null {
  const read = Correlated.safeParse(JSON.parse(body));
  return read.success ? read.data.metadata.correlation_id : null;
}
