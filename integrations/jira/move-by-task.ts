import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { ApiRefusal } from "../atlassian/failure.ts";
import { inPath, readAnswer, type Site } from "./client.ts";
import type { IssueState, Move, Status } from "./issue.ts";
import { type Mover, wayFor } from "./move-issue.ts";
import { isThere, type Way } from "./ways.ts";

/** An issue that should move, as it stands. */
export type Standing = { readonly move: Move; readonly state: IssueState };

/** Moves all that a task of Jira's can move, and says where those stand now, by their ids. */
type MoveByTask = (all: readonly Standing[]) => Promise<ReadonlyMap<string, Status>>;

type Near = Standing & { readonly way: Way };

/** Fewer issues are moved one by one: a task takes a call to give it and some to see it done. */
const TASK_FROM = 4;
const MOST_IN_TASK = 1000;
/** How long to wait before looking how a task goes, each time twice as long, and how often. */
const FIRST_LOOK_MS = 250;
const LOOKS = 6;
/** Where our account may not change many issues at once it is not tried again for so long; where Jira has no room for it, for less. */
const NOT_ALLOWED_MS = 60 * 60_000;
const NO_ROOM_MS = 60_000;

/** Those that are one way without a screen from where they should be can go by a task. */
export function createMoveByTask(mover: Mover): MoveByTask {
  let closedUntil = 0;
  return async (all) => {
    if (all.length < TASK_FROM || closedUntil > performance.now()) return new Map();
    const near = (await nearOf(mover, all)).slice(0, MOST_IN_TASK);
    if (near.length < TASK_FROM) return new Map();
    const done = await runTask(mover.site, near);
    if (done instanceof ApiRefusal) {
      closedUntil = performance.now() + (done.status === 403 ? NOT_ALLOWED_MS : NO_ROOM_MS);
      return new Map();
    }
    return new Map(
      near.filter(({ state }) => done.has(state.id)).map(({ state, way }) => [state.id, way.to]),
    );
  };
}

async function nearOf(mover: Mover, all: readonly Standing[]): Promise<readonly Near[]> {
  const near: Near[] = [];
  for (const one of all) {
    const way = await freeWay(mover, one).catch(nullIfRefused);
    if (way) near.push({ ...one, way });
  }
  return near;
}

/** The one way that brings it there, where there is one and no screen on it. */
async function freeWay(mover: Mover, { state, move }: Standing): Promise<Way | null> {
  const seen = await mover.workflows.look(state);
  if (seen.status.id !== state.status.id) return null;
  const way = await wayFor(mover, seen, move);
  return way && isThere(way.to, move) && isFree(way) ? way : null;
}

const isFree = ({ fields, resolutions }: Way): boolean =>
  Object.keys(fields).length === 0 && resolutions.length === 0;

/** Whoever moves it alone hears of it again, and says so. */
function nullIfRefused(error: unknown): null {
  if (error instanceof OutsideRefusal) return null;
  throw error;
}

/** Has Jira move them, without mails, and waits until it has: the ids of those that were moved; or why it does not. */
async function runTask(site: Site, near: readonly Near[]): Promise<ReadonlySet<string> | ApiRefusal> {
  const ways = Map.groupBy(near, ({ way }) => way.id);
  const bulkTransitionInputs = [...ways].map(([transitionId, some]) => ({
    transitionId,
    selectedIssueIdsOrKeys: some.map(({ state }) => state.id),
  }));
  try {
    const asked = { bulkTransitionInputs, sendBulkNotification: false };
    const answer = await site.api.issueBulkOperations.submitBulkTransition(asked);
    return await watchTask(site, readAnswer(z.object({ taskId: z.string() }), answer).taskId);
  } catch (error) {
    if (error instanceof ApiRefusal) return error;
    throw error;
  }
}

const Progress = z.object({
  status: z.string(),
  processedAccessibleIssues: z.array(z.coerce.string()).default([]),
});

async function watchTask(site: Site, taskId: string): Promise<ReadonlySet<string>> {
  for (let look = 0; look < LOOKS; look++) {
    await wait(FIRST_LOOK_MS * 2 ** look);
    const answer = await site.api.issueBulkOperations.getBulkOperationProgress({ taskId: inPath(taskId) });
    const { status, processedAccessibleIssues } = readAnswer(Progress, answer);
    if (!/^(ENQUEUED|RUNNING|CANCEL_REQUESTED)$/.test(status)) return new Set(processedAccessibleIssues);
  }
  throw new OutsideFailure("Jira", "Jira takes long to move many issues", { retryAfterMs: 10_000 });
}
