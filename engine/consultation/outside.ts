/**
 * What a question carries that an outside agent asked over the API (S0-42, S0-52). The rules look at none of it: it comes
 * back to the agent as it came. All of it is data from outside.
 */
export type Outside = {
  /** The asking agent's name, as cards show it (always followed by "· agent"). Never a member's. */
  readonly agent: string;
  /** The key it was asked with; null where keys are off (AUTH_MODE=none). */
  readonly keyId: string | null;
  /** The project that the key is bound to. */
  readonly projectId: string | null;
  readonly workflowId: string;
  readonly checkpointId: string;
  readonly title: string;
  readonly description: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly routing: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where the answer is called back to (table endpoints); null where nobody is called. */
  readonly endpointId: string | null;
  readonly correlationId: string;
  readonly traceparent: string | null;
};
