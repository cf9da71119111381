import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";

const PREFIX = "whsec_";
/** Standard Webhooks asks for 24 to 64 bytes; what callers bring may be shorter, but no one must be able to guess it. */
const LEAST_BYTES = 16;

/** What is signed: these very bytes are sent. */
type Signed = { readonly id: string; readonly at: Date; readonly body: string };

/**
 * Both signatures of one post. `webhook-signature` (Standard Webhooks) holds one for each secret, newest first: there are
 * two while a secret is changed. `X-Webhook-Signature` (S0-58) can hold only one, the newest's.
 */
export function signatureHeaders(
  { id, at, body }: Signed,
  secrets: readonly [string, ...string[]],
): Readonly<Record<string, string>> {
  const [newest] = secrets;
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => signerOf(secret).sign(id, at, body)).join(" "),
    "x-webhook-signature": `sha256=${createHmac("sha256", newest).update(body).digest("hex")}`,
  };
}

/** `whsec_…` is base64, as the specification has it; any other secret is taken as it stands. */
const signerOf = (secret: string): Webhook =>
  secret.startsWith(PREFIX) ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: "raw" });

/** Why nothing can be signed with this secret, as the rest of a sentence about it; null where it can. */
export function whyNotSecret(secret: string): string | null {
  if (!/^[\x21-\x7e]{16,255}$/.test(secret))
    return "must be 16 to 255 characters, letters, digits and signs without spaces";
  if (!secret.startsWith(PREFIX)) return null;
  const key = secret.slice(PREFIX.length);
  if (Buffer.from(key, "base64").toString("base64") !== key)
    return 'begins with "whsec_", so base64 must follow, as "openssl rand -base64 24" prints';
  return Buffer.byteLength(key, "base64") < LEAST_BYTES
    ? `must hold at least ${LEAST_BYTES} bytes after "whsec_"`
    : null;
}
