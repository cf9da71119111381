import type { App } from "@slack/bolt";
import { listGoals } from "#db/goals.ts";
import { agentsAtWork, homesOpen, newestRunsBy, openQuestions, rememberHome, weekOf } from "#db/home.ts";
import { loadRun, loadRuns } from "#db/load.ts";
import { listAgents, type OutsideAgentRow } from "#db/outside-agents.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { channelsOf } from "#engine/consultation/policy.ts";
import { OutsideFailure } from "#engine/errors.ts";
import type { AgentKind } from "#engine/run/plan.ts";
import type { Follower } from "../followers.ts";
import type { AgentLimits } from "../places.ts";
import { type AgentState, type HomeState, homeView, type WaitingQuestion } from "./blocks/home.ts";
import { plainAgentName } from "./blocks/who.ts";
import type { ClientFor } from "./clients.ts";
import type { Desk } from "./desk.ts";
import { isFullMember } from "./people.ts";
import type { RequestContexts } from "./request-context.ts";
import { behindOf, linksOfRuns } from "./sync-told.ts";
import type { Threads } from "./threads.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const MOST_STARTED = 20;
const MOST_OUTSIDE = 50;
/** Not all of them are shown, and each link is asked for once. */
const MOST_LINKED = 20;

export type Homes = ReturnType<typeof createHomes>;

/** The Home tab of whoever opens it, and of whoever has it open still when a question is put or settled. */
export function createHomes(needs: {
  readonly desk: Desk;
  readonly threads: Threads;
  readonly requests: RequestContexts;
  readonly clientFor: ClientFor;
  readonly limits: AgentLimits;
  readonly hasModel: boolean;
  readonly now: () => number;
}) {
  const { desk, threads, requests, clientFor } = needs;

  const withLinks = (waiting: HomeState["waiting"], person: string): Promise<HomeState["waiting"]> =>
    Promise.all(
      waiting.map(async (one, i) => {
        const link = i < MOST_LINKED ? await requests.linkFor(one.consultation, person) : null;
        return { ...one, link: link ?? undefined };
      }),
    );

  async function publish(workspaceId: string, person: string): Promise<void> {
    const found = await stateOf(needs, workspaceId, person);
    const state = { ...found, waiting: await withLinks(found.waiting, person) };
    const context = await desk.contexts.about(workspaceId, state);
    const links = new Map<string, string>();
    for (const { id, brief } of [...state.started, ...state.running]) {
      const link = brief && (await threads.linkOf(workspaceId, brief.goalId));
      if (link) links.set(id, link);
    }
    const outside = await linksOfRuns(
      desk.sql,
      workspaceId,
      [...state.started, ...state.running].map(({ id }) => id),
    );
    const view = homeView(state, {
      ...context,
      linkOf: (run) => links.get(run.id),
      outsideOf: (run) => outside.get(run.id),
    });
    await (await clientFor(workspaceId)).views.publish({ user_id: person, view });
  }

  return {
    async opened(workspaceId: string, person: string): Promise<void> {
      await rememberHome(desk.sql, workspaceId, person);
      await publish(workspaceId, person);
    },

    /** Keeps open Homes true: whenever a question was put, settled or taken back. */
    follower: {
      name: "home",
      async catchUp({ kind, workspaceId }) {
        if (kind !== "consultation") return;
        for (const person of await homesOpen(desk.sql, workspaceId)) await publish(workspaceId, person);
      },
    } satisfies Follower,
  };
}

/** Registers what happens when somebody opens their Home tab. */
export function listenForHome(app: App, homes: Homes): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab === "home") await homes.opened(body.team_id, event.user);
  });
}

async function stateOf(
  { desk, limits, hasModel, now }: Parameters<typeof createHomes>[0],
  workspaceId: string,
  person: string,
): Promise<HomeState> {
  const { sql } = desk;
  const maySee = isFullMember(await desk.people.person(workspaceId, person));
  const [questions, started, running, atWork, outside, behind, week] = await Promise.all([
    openQuestions(sql, workspaceId, person),
    newestRunsBy(sql, workspaceId, person, MOST_STARTED).then((ids) => loadRuns(sql, ids)),
    listGoals(sql, workspaceId, { most: MOST_STARTED, isOpen: true }),
    agentsAtWork(sql, workspaceId),
    listAgents(sql, workspaceId, { projectId: null, after: null, most: MOST_OUTSIDE }),
    maySee ? behindOf(sql, workspaceId) : [],
    weekOf(sql, workspaceId, now() - WEEK_MS),
  ]);
  const waiting = await Promise.all(
    questions.map((question) => waitingFor(desk, question, person).catch(unlessGone(desk))),
  );
  return {
    waiting: waiting.filter((one) => one !== null),
    started: started.toSorted((a, b) => (b.brief?.goalNumber ?? 0) - (a.brief?.goalNumber ?? 0)),
    running: maySee ? running.map((goal) => goal.run) : [],
    agents: [
      ...KINDS.map((kind) => agentState(kind, atWork, limits, hasModel)),
      ...(maySee ? outside.map(outsideState) : []),
    ],
    outside: behind,
    week,
  };
}

/** We were thrown out of a question's channel, so nobody can answer there: that must not keep all other questions from view. */
const unlessGone =
  ({ log }: Desk) =>
  (error: unknown): null => {
    if (!(error instanceof OutsideFailure) || error.retryAfterMs !== undefined) throw error;
    log.warn("a question was left out of somebody's Home", { error });
    return null;
  };

/** The question as this person may answer it; null where they may not. */
async function waitingFor(
  desk: Desk,
  consultation: Consultation,
  person: string,
): Promise<WaitingQuestion | null> {
  const { workspaceId, policy, requester, origin } = consultation;
  if (!policy || (policy.people.length > 0 && !policy.people.includes(person))) return null;
  const { people } = policy;
  const channels = channelsOf(policy);
  const {
    isFullMember: mayAnswer,
    isInChannel,
    othersMayAnswer,
  } = await desk.people.standing({
    ...{ workspaceId, personId: person, channels, people, requester },
  });
  const isOwn = person === requester && policy.fourEyes !== "never" && othersMayAnswer;
  if (!mayAnswer || isOwn || (people.length === 0 && !isInChannel)) return null;
  const run = origin && (await loadRun(desk.sql, workspaceId, origin.runId));
  return { consultation, run, requesterAlone: person === requester && !othersMayAnswer };
}

const KINDS = ["command", "model", "person"] as const satisfies readonly AgentKind[];
const NAMES = { command: "Commands", model: "Models", person: "People" } as const;

function agentState(
  kind: (typeof KINDS)[number],
  { isAnybodyThere, working }: Awaited<ReturnType<typeof agentsAtWork>>,
  limits: AgentLimits,
  hasModel: boolean,
): AgentState {
  const [name, busy, most] = [NAMES[kind], working.get(kind) ?? 0, limits[kind]];
  if (kind === "model" && !hasModel)
    return { name, state: "silent", detail: "no model is set: goals are rehearsed" };
  if (!isAnybodyThere) return { name, state: "silent", detail: "no worker runs" };
  const isFull = most !== undefined && busy >= most;
  return {
    name,
    state: isFull ? "busy" : "healthy",
    detail: most === undefined ? "" : `${busy} of ${most} at work`,
  };
}

/** An agent outside, by its own name. */
function outsideState(agent: OutsideAgentRow): AgentState {
  const { endpointOff, isSilent, tasks, maxConcurrent } = agent;
  const name = plainAgentName(agent.name);
  if (endpointOff !== null) return { name, state: "silent", detail: endpointOff };
  if (isSilent) return { name, state: "silent", detail: "no sign of life for a minute" };
  const detail = `${tasks} of ${maxConcurrent} at work`;
  return { name, state: tasks >= maxConcurrent ? "busy" : "healthy", detail };
}
