import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Sql } from "postgres";
import { type ConnectionRow, connectionsTo } from "#db/connections.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import type { Secrets } from "../../outside/deliveries/secrets.ts";
import { aboutConnection } from "../connected.ts";

/** Whose webhook it is. */
export type Signed = Pick<ConnectionRow, "workspaceId" | "projectId"> & { readonly settings: JiraSettings };

/** What a post says that it comes from, and how it is signed. */
export type Claimed = {
  readonly origin: string;
  readonly project: string;
  /** The header `X-Hub-Signature`. */
  readonly signature: string;
  readonly bytes: Uint8Array;
};

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/** Whether a header can be a signature at all; what can't need not be read. */
export const isSignature = (header: string | undefined): header is string => SIGNATURE.test(header ?? "");

/**
 * The connections whose secret has signed this: those to that project of that site which hear by webhook. Several may share one
 * place, each with a secret of its own. Empty where none has: nobody learns why, or how many there are.
 */
export async function signedBy(
  { sql, secrets }: { readonly sql: Sql; readonly secrets: Secrets },
  { origin, project, signature, bytes }: Claimed,
): Promise<readonly Signed[]> {
  const given = Buffer.from(SIGNATURE.exec(signature)?.[1] ?? "", "hex");
  const isBy = (secret: string): boolean => {
    const own = createHmac("sha256", secret).update(bytes).digest();
    return own.length === given.length && timingSafeEqual(own, given);
  };
  const candidates = (await connectionsTo(sql, "jira")).flatMap((row) => {
    const settings = JiraSettings.safeParse(row.settings).data;
    if (!settings) return []; // nobody can use these; all others are heard
    const isThere = settings.url === origin && settings.project === project && settings.inbound === "webhook";
    return isThere && row.webhookSecret !== null ? [{ row, settings, secret: row.webhookSecret }] : [];
  });
  if (candidates.length === 0) isBy(randomBytes(32).toString("hex")); // takes as long as a wrong signature
  return candidates
    .filter(({ row, secret }) => isBy(readable(secrets, secret, aboutWebhook(row))))
    .map(({ row: { workspaceId, projectId }, settings }) => ({ workspaceId, projectId, settings }));
}

/** A secret that was kept under another COUNTERSIGN_SECRET signs nothing; nobody can guess what stands for it here. */
function readable(secrets: Secrets, kept: string, about: string): string {
  try {
    return secrets.decrypt(kept, about);
  } catch {
    return randomBytes(32).toString("hex"); // it says so only by throwing
  }
}

/** What a connection's webhook secret is encrypted about: no token can be put in its place. */
export const aboutWebhook = (place: Pick<ConnectionRow, "workspaceId" | "projectId">): string =>
  `${aboutConnection({ ...place, system: "jira" })}:webhook`;
