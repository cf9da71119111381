import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { EndpointRow } from "#db/endpoints.ts";

/** Texts that must be read again but that nobody with a copy of the database may read. */
export type Secrets = {
  /** `about` says what it belongs to ("endpoint:<id>"): only under the same words can it be read again. */
  encrypt(text: string, about: string): string;
  /** Throws where it was encrypted under another COUNTERSIGN_SECRET or about something else, or was changed. */
  decrypt(kept: string, about: string): string;
};

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM under a key that is derived from COUNTERSIGN_SECRET. Kept as "v1.<base64url of nonce, tag and text>". */
export function createSecrets(secret: string): Secrets {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "countersign: texts kept encrypted", 32));
  return {
    encrypt(text, about) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(about));
      const kept = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), kept]).toString("base64url")}`;
    },
    decrypt(kept, about) {
      const [version, text = ""] = kept.split(".");
      const bytes = Buffer.from(text, "base64url");
      if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable();
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const read = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([read, decipher.final()]).toString("utf8");
      } catch (error) {
        throw unreadable(error);
      }
    },
  };
}

const unreadable = (cause?: unknown): Error =>
  new Error("What is kept encrypted can't be read: was COUNTERSIGN_SECRET changed?", { cause });

/** What an endpoint's secret is encrypted about. */
export const aboutEndpoint = (id: string): string => `endpoint:${id}`;

/** The secrets that sign a post to this endpoint at this moment, newest first: two while a secret is changed. */
export function signingSecrets(
  secrets: Secrets,
  {
    id,
    secret,
    previousSecret,
    previousUntil,
  }: Pick<EndpointRow, "id" | "secret" | "previousSecret" | "previousUntil">,
): readonly [string, ...string[]] {
  const isOverlapping = previousSecret !== null && previousUntil !== null && previousUntil > new Date();
  const before = isOverlapping ? [secrets.decrypt(previousSecret, aboutEndpoint(id))] : [];
  return [secrets.decrypt(secret, aboutEndpoint(id)), ...before];
}
