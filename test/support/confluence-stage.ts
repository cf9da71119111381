import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { createCircuits } from "#bot/sync/circuits.ts";
import { createConfluenceFollower } from "#bot/sync/confluence/confluence-follower.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { saveConnection } from "#db/connections.ts";
import { linksOf } from "#db/links.ts";
import { saveProject } from "#db/places.ts";
import type { Plan } from "#engine/run/plan.ts";
import type { Brief } from "#engine/run/run.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { startConfluence } from "./atlassian/confluence.ts";
import { beginRun, connectWorkspace, openRoom, runOf, toRun, WORKSPACE } from "./engine-stage.ts";
import type { TestDatabase } from "./postgres.ts";
import { output } from "./sample-run.ts";

const NAMES: Readonly<Record<string, string>> = { U01ALICE: "Alice", U02BOB: "Bob" };
const SECRET = "0123456789abcdef0123456789abcdef";

/** The time as the follower sees it: the real one, and as much more as a test says. */
const turned = () => {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    advance: (ms: number) => {
      aheadMs += ms;
    },
  };
};

/** A project that is connected to a Confluence, an engine whose steps a test does by hand, and a follower of its runs. */
export async function openConfluenceStage(
  { url, sql }: TestDatabase,
  settings: Partial<ConfluenceSettings> = {},
) {
  const wiki = await startConfluence({ limits: "none" });
  const room = openRoom(url);
  onTestFinished(async () => {
    await room.close();
    await wiki.close();
  });
  await connectWorkspace(sql).catch(() => undefined); // one test of the file has done it
  const projectId = randomUUID();
  await saveProject(sql, {
    ...{ id: projectId, workspaceId: WORKSPACE, name: projectId, repository: "/nowhere", branch: null },
    ...{ channelId: "C02DEPLOYS", testCommand: null, commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "never" },
  });
  const secrets = createSecrets(SECRET);
  const place = { workspaceId: WORKSPACE, projectId, system: "confluence" } as const;
  const connect = async (changes: Partial<ConfluenceSettings> = {}) => {
    const { email, token } = wiki.credentials;
    const asked = { url: wiki.url, username: email, space: "ENG", ...settings, ...changes };
    await saveConnection(sql, {
      ...place,
      settings: ConfluenceSettings.parse(asked),
      token: secrets.encrypt(token, aboutConnection(place)),
      source: "cli",
    });
  };
  await connect();
  const clock = turned();
  const log = createLogger({ write: () => undefined, isTerminal: false, level: "error", now: Date.now });
  const contexts = {
    about: async () => ({
      people: (id: string) => NAMES[id] ?? id,
      botName: "Countersign",
      model: undefined,
    }),
  };
  /** As another process has it: nothing remembered. */
  const follow = () =>
    createConfluenceFollower({
      ...{ sql, secrets, contexts, circuits: createCircuits({ sql, log }), now: clock.now },
      linkOf: async () => "https://acme.slack.com/archives/C02DEPLOYS/p1",
    });
  let follower = follow();
  const leases = new Map<string, string>();
  const leaseOf = (id: string, key: string): string => leases.get(`${id} ${key}`) ?? "";

  return {
    wiki,
    clock,
    connect,
    follower: () => follower,
    /** A process that died and another that comes after it. */
    restart: () => {
      follower = follow();
    },
    begin: (plan: Plan | null, changes: Partial<Brief> = {}) =>
      beginRun(room, plan, { projectId, ...changes }),
    begins(id: string, key: string) {
      const lease = randomUUID();
      leases.set(`${id} ${key}`, lease);
      return toRun(room, id, { type: "begin attempt", key, lease, worker: randomUUID() });
    },
    notes: (id: string, key: string, note: string) =>
      toRun(room, id, { type: "report progress", key, lease: leaseOf(id, key), note }),
    ends: (id: string, key: string, left = output) =>
      toRun(room, id, { type: "finish step", key, lease: leaseOf(id, key), output: left }),
    cancels: (id: string) => toRun(room, id, { type: "cancel", reason: "Not needed any more." }),
    /** Brings Confluence up to date with a run, as a lane does it. */
    async catchUp(id: string): Promise<void> {
      const { seq } = await runOf(sql, id);
      await follower.catchUp({ id, kind: "run", workspaceId: WORKSPACE, seq }, 0);
    },
    link: async (id: string) =>
      (await linksOf(sql, { workspaceId: WORKSPACE, system: "confluence", streamId: id })).get("page"),
  };
}
