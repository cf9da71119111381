import type { Sql } from "postgres";
import type { System } from "#db/connections.ts";
import type { StreamRow } from "#db/cursors.ts";
import type { LinkPlace } from "#db/links.ts";
import { loadRun } from "#db/load.ts";
import { questionsOf, storyInShort, type Told } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Brief, Run } from "#engine/run/run.ts";
import type { Follower } from "../followers.ts";
import type { CardContext } from "../slack/blocks/card.ts";
import type { CardContexts } from "../slack/card-contexts.ts";
import type { Connection } from "./connected.ts";

/** A run as it is shown outside: all of one look. */
export type RunStory = {
  readonly run: Run;
  readonly brief: Brief;
  readonly questions: readonly Consultation[];
  /** Everything that happened, oldest first; whole texts and logs are in the run's steps alone. */
  readonly facts: readonly Told[];
  /** Names of the people in it. */
  readonly context: CardContext;
};

/** What one look is about: a run, where its project writes to, and where its links stand. */
export type Look<Settings> = {
  readonly story: RunStory;
  readonly connection: Connection<Settings>;
  readonly place: LinkPlace;
};

/** How many runs are looked at together: each call takes a while, and sites allow a hundred calls a second. */
const PLACES = 24;

/**
 * Follows runs into a system outside. `bring` compares what should be there with what the links say is there, and writes the
 * difference; it rejects with `Later` where it has to wait, with `OutsideRefusal` where no retry helps. Runs of projects that
 * are not connected any more, and streams without a run, are left alone.
 */
export function createSyncFollower<Settings>(needs: {
  readonly system: System;
  /** News of a run within this time is one look. */
  readonly gatherMs: number;
  readonly sql: Sql;
  readonly contexts: CardContexts;
  readonly connectionOf: (workspaceId: string, projectId: string) => Promise<Connection<Settings> | null>;
  readonly bring: (look: Look<Settings>) => Promise<void>;
}): Follower {
  const { system, gatherMs, sql, contexts, connectionOf, bring } = needs;
  return {
    name: system,
    reads: system,
    gatherMs,
    places: PLACES,
    async catchUp({ id, workspaceId }: StreamRow) {
      const run = await loadRun(sql, workspaceId, id);
      const projectId = run?.brief?.projectId ?? null;
      const connection = projectId === null ? null : await connectionOf(workspaceId, projectId);
      if (!run?.brief || !connection) return;
      const story = await storyFor({ sql, contexts }, run, run.brief);
      await bring({ story, connection, place: { workspaceId, system, streamId: id } });
    },
  };
}

/** Everything about a run that is shown outside. Throws `OutsideFailure` where Slack does not say who people are. */
export async function storyFor(
  { sql, contexts }: { readonly sql: Sql; readonly contexts: CardContexts },
  run: Run,
  brief: Brief,
): Promise<RunStory> {
  const { id, workspaceId } = run;
  const [questions, facts] = await Promise.all([
    questionsOf(sql, workspaceId, id),
    storyInShort(sql, workspaceId, id),
  ]);
  const context = await contexts.about(workspaceId, run, questions, facts);
  return { run, brief, questions, facts, context };
}
