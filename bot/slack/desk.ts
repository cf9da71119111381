import type { Sql } from "postgres";
import type { Goal } from "#db/goals.ts";
import type { Engine } from "#engine/engine.ts";
import type { NewId } from "#engine/ports.ts";
import type { Goals } from "../goals.ts";
import type { Logger } from "../logger.ts";
import type { CardContexts } from "./card-contexts.ts";
import type { People } from "./people.ts";
import type { Threads } from "./threads.ts";

/** What Slack's listeners work with. */
export type Desk = {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly goals: Goals;
  readonly people: People;
  readonly contexts: CardContexts;
  /** The permalink of a goal's card; undefined until Slack has it. */
  readonly linkOf: Threads["linkOf"];
  readonly newId: NewId;
  readonly log: Logger;
};

/** Who asks, and where. */
export type Asker = {
  readonly workspaceId: string;
  readonly person: string;
  readonly channel: string;
  /** The goal in whose thread they speak. */
  readonly goal: Goal | null;
};
