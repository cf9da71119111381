import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { Later } from "#bot/followers.ts";
import { createLogger } from "#bot/logger.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { createCircuits } from "#bot/sync/circuits.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { createJiraFollower } from "#bot/sync/jira/follower.ts";
import { placeOf } from "#bot/sync/jira/place.ts";
import { saveConnection } from "#db/connections.ts";
import { giveGoAhead } from "#db/go-aheads.ts";
import { linksOf } from "#db/links.ts";
import { saveProject } from "#db/places.ts";
import type { StepOutput } from "#engine/agent/agent.ts";
import type { Question } from "#engine/consultation/question.ts";
import type { StepCommand } from "#engine/run/commands.ts";
import type { Plan } from "#engine/run/plan.ts";
import type { Brief } from "#engine/run/run.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { startJira } from "./atlassian/jira.ts";
import { beginRun, connectWorkspace, openRoom, runOf, toRun, WORKSPACE } from "./engine-stage.ts";
import type { TestDatabase } from "./postgres.ts";
import { answer, output, question } from "./sample-run.ts";

const NAMES: Readonly<Record<string, string>> = { U01ALICE: "Alice", U02BOB: "Bob" };
const SECRET = "0123456789abcdef0123456789abcdef";

type JiraStage = Awaited<ReturnType<typeof openJiraStage>>;
export type JiraDouble = JiraStage["far"];

/** A project that is connected to a Jira, an engine whose steps a test does by hand, and a follower of its runs. */
export async function openJiraStage(
  { url, sql }: TestDatabase,
  settings: Readonly<Record<string, unknown>> = {},
  far: Parameters<typeof startJira>[0] = { limits: "none" },
) {
  const jira = await startJira(far);
  const room = openRoom(url);
  onTestFinished(async () => {
    await room.close();
    await jira.close();
  });
  await connectWorkspace(sql).catch(() => undefined); // one test of the file has done it
  const projectId = randomUUID();
  await saveProject(sql, {
    ...{ id: projectId, workspaceId: WORKSPACE, name: projectId, repository: "/nowhere", branch: null },
    ...{ channelId: "C02DEPLOYS", testCommand: null, commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "never" },
  });
  const secrets = createSecrets(SECRET);
  const place = { workspaceId: WORKSPACE, projectId, system: "jira" } as const;
  const connect = async (changes: Readonly<Record<string, unknown>> = {}): Promise<JiraSettings> => {
    const { email, token } = jira.credentials;
    const read = JiraSettings.parse({
      url: jira.url,
      username: email,
      project: "PAY",
      ...settings,
      ...changes,
    });
    const kept = secrets.encrypt(token, aboutConnection(place));
    await saveConnection(sql, { ...place, settings: read, token: kept, source: "cli" });
    return read;
  };
  const connected = await connect();
  await giveGoAhead(sql, WORKSPACE, placeOf(connected), "U02BOB");
  let aheadMs = 0;
  const slack: { hasCard: boolean } = { hasCard: true };
  const log = createLogger({ write: () => undefined, isTerminal: false, level: "error", now: Date.now });
  /** As another process has it: nothing remembered. */
  const follow = () =>
    createJiraFollower({
      ...{ sql, secrets, circuits: createCircuits({ sql, log }), clock: { now: () => Date.now() + aheadMs } },
      contexts: {
        about: async () => ({
          people: (id: string) => NAMES[id] ?? id,
          botName: "Countersign",
          model: undefined,
        }),
      },
      linkOf: async () => (slack.hasCard ? "https://acme.slack.com/archives/C02DEPLOYS/p1" : undefined),
      emailOf: async (id) => (id === "U01ALICE" ? "alice@example.com" : null),
    });
  let follower = follow();
  const leases = new Map<string, string>();
  const leaseOf = (id: string, key: string): string => leases.get(`${id} ${key}`) ?? "";
  const look = async (id: string): Promise<void> => {
    const { seq } = await runOf(sql, id);
    await follower.catchUp({ id, kind: "run", workspaceId: WORKSPACE, seq }, 0);
  };
  const doStep = (id: string, command: StepCommand) => toRun(room, id, command);

  return {
    far: jira,
    /** Whether Slack has the goal's card already. */
    slack,
    connect,
    settings: connected,
    /** A process that died and another that comes after it. */
    restart: () => {
      follower = follow();
    },
    begin: (plan: Plan | null, changes: Partial<Brief> = {}) =>
      beginRun(room, plan, { projectId, ...changes }),
    /** The planner has a plan, or none. */
    async plans(id: string, plan: Plan | null): Promise<void> {
      if (plan === null) await toRun(room, id, { type: "report plan trouble", reason: "No idea." });
      else {
        await toRun(room, id, { type: "plan again" });
        await toRun(room, id, { type: "propose plan", plan });
      }
    },
    proposes: (id: string, plan: Plan) => toRun(room, id, { type: "propose plan", plan }),
    begins(id: string, key: string) {
      const lease = randomUUID();
      leases.set(`${id} ${key}`, lease);
      return toRun(room, id, { type: "begin attempt", key, lease, worker: randomUUID() });
    },
    notes: (id: string, key: string, note: string) =>
      toRun(room, id, { type: "report progress", key, lease: leaseOf(id, key), note }),
    ends: (id: string, key: string, left: StepOutput = output) =>
      toRun(room, id, { type: "finish step", key, lease: leaseOf(id, key), output: left }),
    fails: (id: string, key: string, reason: string) =>
      toRun(room, id, { type: "fail step", key, lease: leaseOf(id, key), reason, again: false }),
    asks(id: string, key: string, changes: Partial<Question> = {}) {
      const asked = { type: "ask", key, lease: leaseOf(id, key), consultationId: randomUUID() } as const;
      return toRun(room, id, { ...asked, question: { ...question, ...changes }, checkpoint: null });
    },
    async answers(id: string, key: string, decision: string, note = "") {
      const waiting = (await runOf(sql, id)).steps.find((step) => step.key === key);
      const consultationId = waiting?.consultationId ?? "";
      return doStep(id, { type: "take answer", key, consultationId, answer: answer(decision, note) });
    },
    doStep,
    cancels: (id: string) =>
      toRun(room, id, { type: "cancel", reason: "Cancelled by <@U01ALICE>: not now." }),
    /** Brings Jira up to date with a run, as a lane does it. */
    look,
    /** The same, with its waits: as often as the follower says that it must look again, at most so often. */
    async settle(id: string, most = 5): Promise<void> {
      for (let i = 0; i < most; i++) {
        try {
          return await look(id);
        } catch (error) {
          if (!(error instanceof Later)) throw error;
          await passes(error.waitMs);
        }
      }
      throw new Error(`The follower still waits after ${most} looks.`);
    },
    passes,
    links: (id: string) => linksOf(sql, { workspaceId: WORKSPACE, system: "jira", streamId: id }),
    /** What a run's thread says of this kind. */
    said: (id: string, kind: string) =>
      sql<{ text: string }[]>`
        select desired ->> 'text' as text from messages
        where stream_id = ${id} and key like ${`jira:${kind}:%`} order by created_at`,
  };

  /** Time goes by: for the rules' clock, for circuits, and for what was asked of Jira and got no answer. */
  async function passes(ms: number): Promise<void> {
    aheadMs += ms;
    await sql`update circuits set open_until = open_until - ${ms} * interval '1 ms'`;
    await sql`update links set tried_at = tried_at - ${ms} * interval '1 ms'`;
  }
}
