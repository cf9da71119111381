import type { Answered, ApiStage } from "#test/support/api-stage.ts";

/** A call that is right in every way: its body says all that there is to say. */
export type Ready = {
  readonly key: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** What must be there first is made by each call of it. */
export type Scene = () => Promise<Ready>;

/** A port on which nobody listens. */
export const NOWHERE = "http://127.0.0.1:9/here";
export const SECRET = "a-secret-of-sixteen-or-more";

/** What scenes are made with. `call` posts as the agent. */
export type SceneNeeds = {
  readonly stage: ApiStage;
  readonly agent: string;
  readonly bob: string;
  call(path: string, body: unknown): Promise<Answered["body"]>;
};
