import { createHmac, timingSafeEqual } from "node:crypto";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

/** Headers as fetch, Hono or node:http have them. */
export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export type Signed = {
  /** The bytes as they came: never JSON that was parsed and written again. */
  readonly body: string | Uint8Array;
  readonly headers: HeadersLike;
  /** One, or two while it is changed. */
  readonly secret: string | readonly string[];
  /**
   * "standard" (where nothing is said): Standard Webhooks, which also refuses what is older than five minutes.
   * "body": only `X-Webhook-Signature`, for receivers behind something that drops the other headers. It signs no time, so
   * it cannot tell a replay.
   */
  readonly scheme?: "standard" | "body" | undefined;
};

/** A post that really comes from Countersign. */
export type Verified = {
  /** The same for every repeat of the same post; null with the scheme "body", where nobody vouches for it. */
  readonly id: string | null;
  readonly payload: unknown;
};

/** Not from Countersign, or changed, or too old: do nothing with it, and answer 401. */
export class WebhookRefused extends Error {
  override readonly name = "WebhookRefused";
}

/** What the post says, if its signature holds; compared in constant time. Throws `WebhookRefused`. */
export function verifyWebhook({ body, headers, secret, scheme = "standard" }: Signed): Verified {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
  const secrets = (typeof secret === "string" ? [secret] : secret).filter((one) => one !== "");
  if (secrets.length === 0)
    throw new TypeError("verifyWebhook needs the secret that the posts are signed with.");
  if (scheme === "body") {
    const signature = headerOf(headers, "x-webhook-signature");
    if (signature === null) throw new WebhookRefused("There is no X-Webhook-Signature.");
    if (!secrets.some((one) => fitsBody(bytes, signature, one)))
      throw new WebhookRefused("The signature does not fit.");
    return { id: null, payload: readJson(bytes) };
  }
  const standard = Object.fromEntries(
    STANDARD.map((name) => [name, headerOf(headers, name) ?? refuse(`There is no ${name}.`)]),
  );
  const reasons = secrets.map((one) => whyNot(bytes, standard, one));
  if (!reasons.includes(null)) throw new WebhookRefused(reasons[0] ?? "The signature does not fit.");
  return { id: standard["webhook-id"] ?? null, payload: readJson(bytes) };
}

const STANDARD = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

function whyNot(body: Buffer, headers: Record<string, string>, secret: string): string | null {
  try {
    signerOf(secret).verify(body, headers, { jsonParse: false });
    return null;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    throw error;
  }
}

/** `whsec_…` is base64, as the specification has it; any other secret is taken as it stands. */
const signerOf = (secret: string): Webhook =>
  secret.startsWith("whsec_") ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: "raw" });

function fitsBody(body: Buffer, signature: string, secret: string): boolean {
  const given = Buffer.from(signature);
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function headerOf(headers: HeadersLike, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1];
  return (typeof found === "string" ? found : found?.[0]) ?? null;
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return refuse("It is signed, but no JSON.");
  }
}

function refuse(why: string): never {
  throw new WebhookRefused(why);
}
