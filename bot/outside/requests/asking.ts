import { Refusal } from "#engine/errors.ts";

/** What a key may be allowed to do. `respond` is a person's alone. */
export const SCOPES = ["ask", "respond", "goals", "work", "events"] as const;
export type Scope = (typeof SCOPES)[number];

/** Who calls the API. */
export type Caller = {
  readonly workspaceId: string;
  /** Null where keys are off (AUTH_MODE=none). */
  readonly keyId: string | null;
  /** The key's name: what an agent is called that does not say its own. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Whose word the key speaks; null for an agent's key. */
  readonly personId: string | null;
  /** The person who stands for this agent; a person's own id where the key speaks their word. */
  readonly ownerId: string | null;
  /** The only project that the key reaches; null for all. */
  readonly projectId: string | null;
};

/** One call: who asks, and what goes through with it to callbacks and logs. */
export type Asking = {
  readonly caller: Caller;
  /** The same call, made twice under one `Idempotency-Key`, has the same. */
  readonly onceId: string;
  readonly correlationId: string;
  /** W3C trace context, as it came; null where none came. */
  readonly traceparent: string | null;
};

/** Refuses (`not_allowed`) a key without this scope, with what to do about it. */
export function mustHave({ caller }: Asking, scope: Scope): void {
  if (!caller.scopes.includes(scope))
    throw new Refusal(
      "not_allowed",
      `This key lacks the scope “${scope}”: make one with ./countersign key create --scopes ${scope}.`,
    );
}

/** Refuses (`not_allowed`) a key with none of these scopes. */
export function mustHaveOneOf(by: Asking, scopes: readonly [Scope, ...Scope[]]): void {
  if (!scopes.some((scope) => by.caller.scopes.includes(scope))) mustHave(by, scopes[0]);
}
