import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { WebClient } from "@slack/web-api";
import type { Hono } from "hono";
import type { Sql } from "postgres";
import { claimAlone } from "#db/alone.ts";
import { wantMessage } from "#db/messages.ts";
import { saveInstallation } from "#db/places.ts";
import type { WorkerRow } from "#db/workers.ts";
import type { Model } from "#engine/agent/model.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal, StartFailure } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import { createLocalSlack, type LocalSlack } from "#integrations/local-slack/local-slack.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import type { Follower } from "./followers.ts";
import type { Goals } from "./goals.ts";
import type { Listening } from "./http/http.ts";
import type { Logger } from "./logger.ts";
import type { Directory } from "./outside/requests/directory.ts";
import type { AgentLimits } from "./places.ts";
import { workerLostCard } from "./slack/blocks/worker-lost.ts";
import { createCardContexts } from "./slack/card-contexts.ts";
import type { ClientFor } from "./slack/clients.ts";
import type { Desk } from "./slack/desk.ts";
import { createDirectory } from "./slack/directory.ts";
import { createHomes } from "./slack/home.ts";
import { cannotUse } from "./slack/no-start.ts";
import { createPeople } from "./slack/people.ts";
import { readEmail } from "./slack/read-people.ts";
import { createRequestContexts } from "./slack/request-context.ts";
import { createSender } from "./slack/sender.ts";
import { clientsOf, createSlackSide, type SlackAccess, type SlackIdentity, whoAmI } from "./slack/slack.ts";
import { createThreadFollower } from "./slack/thread.ts";
import { createThreads, type Threads } from "./slack/threads.ts";

/** Our side of one Slack workspace, real or local. */
export type OpenSlack = {
  readonly identity: SlackIdentity;
  readonly followers: readonly Follower[];
  readonly directory: Directory;
  readonly desk: Desk;
  /** The permalink of a goal's card; undefined until Slack has it. */
  readonly linkOf: Threads["linkOf"];
  /** Somebody's e-mail address; null where Slack does not tell it. Throws `OutsideFailure`. */
  emailOf(personId: string): Promise<string | null>;
  /** Null where Slack comes over a socket. */
  readonly routes: Hono | null;
  isReachable(): Promise<boolean>;
  /** Tells `OPS_CHANNEL`, where one is set, that a worker was lost. */
  alert(lost: WorkerRow): Promise<void>;
  /** Resolve to what stops them again. */
  startSender(): Promise<() => Promise<void>>;
  listen(): Promise<() => Promise<void>>;
};

/** With no tokens set, a Slack of our own on this machine; it answers from now on. Throws `StartFailure` where there is one already. */
export async function openLocalSlack(
  config: Config,
  needs: {
    readonly http: Listening;
    readonly log: Logger;
    readonly closers: Closers;
    readonly databaseUrl: string;
  },
): Promise<LocalSlack | null> {
  if (config.slack.kind !== "local") return null;
  const { http, log, closers } = needs;
  const letOthersIn = await claimAlone(needs.databaseUrl);
  if (!letOthersIn)
    throw new StartFailure(
      `Another Countersign runs on this database with a local Slack of its own (data folder ${config.dataDir}): stop that one first, or start this one with another DATA_DIR.`,
    );
  closers.add("local-slack's claim", letOthersIn);
  const slack = await createLocalSlack({
    dir: join(config.dataDir, "slack"),
    log: (line) => log.warn(`local-slack: ${line}`),
  });
  for (const secret of Object.values(slack.credentials)) log.hide(secret);
  slack.attach(http.server);
  closers.add("local-slack", async () => slack.close());
  http.serve(slack.routes);
  return slack;
}

/** Null where there is no Slack at all: no tokens, and no loopback address for a local one. */
export async function openSlack(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly engine: Engine;
  readonly goals: Goals;
  readonly log: Logger;
  readonly url: string;
  readonly local: LocalSlack | null;
  readonly model: Model | null;
  readonly limits: AgentLimits;
  readonly clock: Clock;
}): Promise<OpenSlack | null> {
  const { config, sql, engine, goals, log, model } = needs;
  const access = accessOf(needs);
  if (!access) return null;
  const clients = clientsOf(access);
  const identity = await whoAmI(clients.people).catch((error) => {
    throw cannotUse("SLACK_BOT_TOKEN", error);
  });
  await saveInstallation(sql, { ...identity, name: identity.workspace });
  const clientFor = clientOf(identity, clients.people);
  const people = createPeople({ clientFor });
  const { name: botName } = await people.person(identity.workspaceId, identity.botUserId);
  const contexts = createCardContexts({ people, botName, model: model?.name });
  const threads = createThreads({ sql, people, contexts, clientFor });
  const requests = createRequestContexts({ sql, people, contexts, clientFor });
  const { linkOf } = threads;
  const desk = { sql, engine, goals, people, contexts, linkOf, newId: randomUUID, log };
  const homes = createHomes({
    desk,
    threads,
    requests,
    clientFor,
    limits: needs.limits,
    hasModel: model !== null,
    now: needs.clock.now,
  });
  const side = createSlackSide(access, identity, { desk, homes });
  return {
    identity,
    followers: [createThreadFollower({ sql, threads, requests }), homes.follower].map((follower) => ({
      ...follower,
      workspaceId: identity.workspaceId,
    })),
    directory: createDirectory({ people, clientFor, botUserId: identity.botUserId }),
    desk,
    linkOf,
    emailOf: (personId) => readEmail(clients.people, personId),
    routes: side.routes,
    isReachable: () => clients.people.auth.test().then((answer) => answer.ok),
    async alert(lost) {
      if (config.opsChannel === null) return;
      const place = { workspaceId: identity.workspaceId, streamId: null, threadKey: null, rank: 1 } as const;
      const desired = workerLostCard(lost);
      await wantMessage(sql, { ...place, key: `lost:${lost.id}`, channelId: config.opsChannel, desired });
    },
    async startSender() {
      const { decisions, progress } = clients;
      const sender = await createSender({
        sql,
        workspaceId: identity.workspaceId,
        clients: { decisions: () => decisions, progress: () => progress },
        log,
      });
      return () => sender.close();
    },
    async listen() {
      await side.start();
      return () => side.stop();
    },
  };
}

/** Our tokens are of one workspace: nobody of another one is looked up with them, whoever asks. */
const clientOf =
  ({ workspaceId: ours }: SlackIdentity, client: WebClient): ClientFor =>
  (workspaceId) => {
    if (workspaceId === ours) return client;
    throw new Refusal(
      "wrong_state",
      "This Countersign is connected to another Slack workspace now, so nobody of yours can be asked: connect it to yours again with ./countersign connect.",
    );
  };

function accessOf({
  config,
  local,
  url,
}: {
  readonly config: Config;
  readonly local: LocalSlack | null;
  readonly url: string;
}): SlackAccess | null {
  const { slack, slackApiUrl } = config;
  const apiUrl = slackApiUrl ?? undefined;
  switch (slack.kind) {
    case "none":
      return null;
    case "local": {
      if (!local) return null;
      const { botToken, signingSecret } = local.credentials;
      return { botToken, signingSecret, appToken: null, apiUrl: `${url}/local/slack/api/` };
    }
    case "http":
      return { botToken: slack.botToken, signingSecret: slack.signingSecret, appToken: null, apiUrl };
    case "socket":
      return {
        botToken: slack.botToken,
        signingSecret: slack.signingSecret,
        appToken: slack.appToken,
        apiUrl,
      };
  }
}
