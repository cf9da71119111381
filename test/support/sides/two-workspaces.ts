import { afterAll, beforeAll } from "vitest";
import { type ApiStage, useApiStage } from "#test/support/api-stage.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import type { TestDatabase } from "#test/support/postgres.ts";
import { type RenamedSlack, startRenamedSlack } from "./renamed-slack.ts";
import { idsIn, type Rows, rowsAtRest } from "./rows.ts";
import { fillSide, type Side } from "./side.ts";

export const WORKSPACES = { okapi: "T01LOCAL", zebra: "T02THERE" } as const;
export type Word = keyof typeof WORKSPACES;

/** Two workspaces, filled with the same, each with a process of its own on the one database. */
export type TwoWorkspaces = {
  readonly sides: Readonly<Record<Word, Side>>;
  readonly stages: Readonly<Record<Word, ApiStage>>;
  /** All that each held once it was filled. */
  readonly rows: Readonly<Record<Word, Rows>>;
  readonly ids: Readonly<Record<Word, readonly string[]>>;
  /** Where both are called back to. */
  readonly callee: Callee;
  /** Zebra's. */
  readonly slack: RenamedSlack;
};

/** Registers what starts, fills and ends them. */
export async function useTwoWorkspaces(database: TestDatabase): Promise<() => TwoWorkspaces> {
  const { sql } = database;
  const env = { CALLBACK_ALLOW_PRIVATE: "1", API_RATE_LIMIT: "100000" };
  const slack = await startRenamedSlack(WORKSPACES.zebra);
  const there = useApiStage(database, { ...env, ...slack.env });
  const here = useApiStage(database, env);
  let callee: Callee | undefined;
  let two: TwoWorkspaces | undefined;

  beforeAll(async () => {
    callee = await startCallee();
    await sql`update installations set connected = true`; // as if each process had left the other's workspace alone
    const stages = { okapi: here(), zebra: there() };
    const fill = (word: Word) =>
      fillSide(stages[word], {
        ...{ word, workspace: WORKSPACES[word], boundToProject: false, names: "both" },
        callee: callee as Callee,
      });
    const [okapi, zebra] = await Promise.all([fill("okapi"), fill("zebra")]);
    const [ours, theirs] = await Promise.all([
      rowsAtRest(sql, WORKSPACES.okapi),
      rowsAtRest(sql, WORKSPACES.zebra),
    ]);
    two = {
      ...{ sides: { okapi, zebra }, stages, rows: { okapi: ours, zebra: theirs }, callee, slack },
      ids: { okapi: idsIn(ours), zebra: idsIn(theirs) },
    };
  });
  afterAll(() => callee?.close());
  return () => {
    if (!two) throw new Error("The workspaces are not filled yet.");
    return two;
  };
}
