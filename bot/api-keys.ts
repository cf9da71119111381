import { createHmac, randomBytes } from "node:crypto";

const SHOWN_CHARACTERS = 10;

/** A new key, which nobody can guess: `cs_` and 43 characters. `prefix` is what stays readable of it. */
export function newApiKey(): { readonly key: string; readonly prefix: string } {
  const key = `cs_${randomBytes(32).toString("base64url")}`;
  return { key, prefix: key.slice(0, SHOWN_CHARACTERS) };
}

/** What a key is kept as, and looked up by. Without COUNTERSIGN_SECRET nobody can tell whether a key fits it. */
export const hashApiKey = (secret: string, key: string): string =>
  createHmac("sha256", secret).update(`api key:${key}`).digest("hex");
