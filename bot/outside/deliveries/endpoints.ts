import { randomBytes } from "node:crypto";
import type { Sql } from "postgres";
import { addEndpoint, changeSecret, type EndpointRow, endpointById, switchOff } from "#db/endpoints.ts";
import { Refusal } from "#engine/errors.ts";
import { whyNotUrl } from "#integrations/web/addresses.ts";
import { whyNotSecret } from "#integrations/web/signatures.ts";
import type { Asking } from "../requests/asking.ts";
import { aboutEndpoint, createSecrets } from "./secrets.ts";

/** An endpoint as a caller wants it. `id` is for the caller to choose (`idFrom(by.onceId, …)`): asked twice, it is made once. */
export type WantedEndpoint = {
  readonly id: string;
  readonly url: string;
  /** Theirs; without one it is made. */
  readonly secret?: string | undefined;
};

/** `secretShown` is told now and never again; null where the caller brought their own. */
export type MadeEndpoint = { readonly secretShown: string | null };

export type Endpoints = ReturnType<typeof createEndpoints>;

const LONGEST_URL = 2_048;
/** For so long the secret before a change signs too: a day to bring the new one to every receiver. */
const OVERLAP_MS = 24 * 60 * 60_000;

/** What callers name the fields, by kind: a refusal begins with the name of the field that is wrong. */
const FIELDS = {
  callback: { url: "callback_webhook", secret: "callback_secret" },
  subscription: { url: "url", secret: "secret" },
  agent: { url: "endpoint.url", secret: "endpoint.secret" },
} as const satisfies Record<EndpointRow["kind"], { readonly url: string; readonly secret: string }>;

/** Addresses that we post to, each with the secret that our posts are signed with, kept encrypted under `secret`. */
export function createEndpoints({
  sql,
  secret,
  allowPrivate,
}: {
  readonly sql: Sql;
  /** COUNTERSIGN_SECRET. */
  readonly secret: string;
  /** CALLBACK_ALLOW_PRIVATE: whether loopback and private addresses may be called. */
  readonly allowPrivate: boolean;
}) {
  const secrets = createSecrets(secret);

  /** Refuses (`bad_input`) an address or a secret that can't be used; the sentence begins with the field's name. */
  function check(kind: EndpointRow["kind"], { url, secret: own }: Omit<WantedEndpoint, "id">): void {
    const why =
      url.length > LONGEST_URL ? `may have ${LONGEST_URL} characters at most` : whyNotUrl(url, allowPrivate);
    const field = FIELDS[kind].url;
    if (why !== null) throw new Refusal("bad_input", `${field}: It ${why}.`, { field });
    checkSecret(kind, own);
  }

  function checkSecret(kind: EndpointRow["kind"], own: string | undefined): void {
    const why = own === undefined ? null : whyNotSecret(own);
    const field = FIELDS[kind].secret;
    if (why !== null) throw new Refusal("bad_input", `${field}: It ${why}.`, { field });
  }

  async function make(
    { caller }: Asking,
    kind: EndpointRow["kind"],
    wanted: WantedEndpoint & { readonly events?: readonly string[]; readonly createdAt?: Date },
  ): Promise<MadeEndpoint> {
    check(kind, wanted);
    const { id, url } = wanted;
    const { workspaceId, keyId, projectId } = caller;
    const kept = await addEndpoint(sql, {
      ...{ id, workspaceId, kind, keyId, projectId, url },
      secret: secrets.encrypt(wanted.secret ?? newSecret(), aboutEndpoint(id)),
      events: wanted.events ?? null,
      createdAt: wanted.createdAt ?? new Date(),
    });
    if (kept === null) throw new Refusal("conflict", "This id is taken: choose another.");
    return {
      secretShown: wanted.secret === undefined ? secrets.decrypt(kept.secret, aboutEndpoint(id)) : null,
    };
  }

  return {
    check,
    /** Where the answer to a request is called back to. Refuses (`bad_input`) what can't be called. */
    makeCallback: (by: Asking, wanted: WantedEndpoint) => make(by, "callback", wanted),
    /** Where an agent has its work pushed to. Refuses (`bad_input`) what can't be called. */
    makeAgentEndpoint: (by: Asking, wanted: WantedEndpoint) => make(by, "agent", wanted),
    /** Where events are told, from `createdAt` on. Refuses (`bad_input`) what can't be called. */
    makeSubscription: (
      by: Asking,
      wanted: WantedEndpoint & { readonly events: readonly string[]; readonly createdAt: Date },
    ) => make(by, "subscription", wanted),

    /** Gives an endpoint another secret and resolves to it; the one before it signs too for a day. */
    async rotate({ caller }: Asking, endpointId: string, own?: string): Promise<string> {
      const { workspaceId, projectId } = caller;
      const row = await endpointById(sql, workspaceId, endpointId);
      if (row === null || (projectId !== null && row.projectId !== projectId))
        throw new Refusal("not_found", "There is no such endpoint.");
      checkSecret(row.kind, own);
      const next = own ?? newSecret();
      if (own !== undefined && secrets.decrypt(row.secret, aboutEndpoint(row.id)) === own) return own;
      if (!(await changeSecret(sql, row, secrets.encrypt(next, aboutEndpoint(row.id)), OVERLAP_MS)))
        throw new Refusal("conflict", "Its secret was changed at this very moment: look, and try again.");
      return next;
    },

    /** Nothing is sent there any more, and what waits for it has failed. */
    switchOff: ({ caller }: Asking, endpointId: string, reason: string) =>
      switchOff(sql, caller.workspaceId, endpointId, reason),
  };
}

/** 24 bytes, in the form of Standard Webhooks. */
const newSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;
