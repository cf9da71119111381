import { OutsideRefusal } from "#engine/errors.ts";
import type { Site } from "./client.ts";
import type { Accounts } from "./field-values.ts";
import type { IssueState, Move, Status } from "./issue.ts";
import { readStates } from "./issue-states.ts";
import { createMoveByTask, type Standing } from "./move-by-task.ts";
import { type Mover, moveIssue } from "./move-issue.ts";
import { IssueGone } from "./refusals.ts";
import { someAtOnce } from "./some-at-once.ts";
import type { StandingMemory } from "./standing-memory.ts";
import { isThere } from "./ways.ts";
import { createWorkflows } from "./workflows.ts";

/** What came of a move: where the issue stands now, or why not there. */
type Moved = Status | OutsideRefusal;

/**
 * Every move with what came of it, by the issue as it was named: a refusal of one does not stop the others, a failure stops all,
 * and the next time all are looked at again.
 */
export type MoveAll = (moves: readonly Move[]) => Promise<ReadonlyMap<string, Moved>>;

const AT_ONCE = 4;
/** So many are looked at with one call. */
const READ_AT_ONCE = 100;

/** Moves issues, many with few calls. It remembers where it left them, so that each later move is one call. */
export function createMoveAll(site: Site, accounts: Accounts, memory: StandingMemory): MoveAll {
  const mover: Mover = { site, workflows: createWorkflows(site, accounts) };
  const moveByTask = createMoveByTask(mover);

  async function moveOne({ state, move }: Standing): Promise<Moved> {
    try {
      const status = await moveIssue(mover, state, move);
      memory.keep({ ...state, status });
      return status;
    } catch (error) {
      if (error instanceof OutsideRefusal) return error;
      throw error;
    }
  }

  return async (moves) => {
    const states = await statesFor(site, moves, memory);
    const results = new Map(moves.map((move) => [move.issue, atRest(move, states.get(move.issue))]));
    const open = standing(moves, states);
    // Until it is known where they are, nobody believes anything.
    for (const { state } of open) memory.forget(state.id);
    const moved = await moveByTask(open);
    for (const { state, move } of open) {
      const status = moved.get(state.id);
      if (!status) continue;
      memory.keep({ ...state, status });
      results.set(move.issue, status);
    }
    await someAtOnce(
      AT_ONCE,
      open.filter(({ state }) => !moved.has(state.id)),
      async (one) => void results.set(one.move.issue, await moveOne(one)),
    );
    return results;
  };
}

const atRest = ({ issue }: Move, state: IssueState | undefined): Moved =>
  state ? state.status : new IssueGone(issue);

const standing = (moves: readonly Move[], states: ReadonlyMap<string, IssueState>): readonly Standing[] =>
  moves.flatMap((move) => {
    const state = states.get(move.issue);
    return state && !isThere(state.status, move) ? [{ move, state }] : [];
  });

async function statesFor(
  site: Site,
  moves: readonly Move[],
  memory: StandingMemory,
): Promise<ReadonlyMap<string, IssueState>> {
  const believed = moves.flatMap((move) => {
    const state = memory.get(move.issue);
    return state && !move.mayBeElsewhere ? [[move.issue, state] as const] : [];
  });
  const states = new Map<string, IssueState>(believed);
  const unknown = moves.map(({ issue }) => issue).filter((issue) => !states.has(issue));
  if (unknown.length === 0) return states;
  const others = memory.takeFresh(Math.max(0, READ_AT_ONCE - unknown.length));
  for (const [issue, state] of await readStates(site, [...unknown, ...others])) {
    states.set(issue, state);
    memory.keep(state);
  }
  return states;
}
