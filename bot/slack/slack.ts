import { App, type Receiver } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Hono } from "hono";
import { z } from "zod";
import { createSlackClient } from "./clients.ts";
import { listenForAnswers } from "./consultation.ts";
import type { Desk } from "./desk.ts";
import { listenForGoAheads } from "./go-ahead.ts";
import { listenForGoals } from "./goal.ts";
import { type Homes, listenForHome } from "./home.ts";
import { listenForJiraAsks } from "./jira-asks.ts";
import { createListening } from "./listen.ts";
import { listenForMembership } from "./membership.ts";
import { HonoReceiver } from "./receiver.ts";
import { toSlackLog } from "./slack-log.ts";
import { SocketReceiver } from "./socket.ts";
import { listenForSteps } from "./steps.ts";
import { listenForSyncRetry } from "./sync-retry.ts";
import { listenForTalk } from "./talk.ts";

/** How Slack reaches us and we reach Slack. With an app token, Slack reaches us over a socket that we open. */
export type SlackAccess = {
  readonly botToken: string;
  readonly signingSecret: string | null;
  readonly appToken: string | null;
  /** Another Slack than Slack's own: local-slack. */
  readonly apiUrl: string | undefined;
};

/** The workspace that a bot token is for. */
export type SlackIdentity = {
  readonly workspaceId: string;
  readonly workspace: string;
  readonly botUserId: string;
  readonly botName: string;
};

/** Who we are in Slack. Throws where Slack does not know the token. */
export async function whoAmI(client: WebClient): Promise<SlackIdentity> {
  const {
    team_id: workspaceId = "",
    team: workspace = "",
    user_id: botUserId = "",
    user: botName = "",
  } = await client.auth.test();
  return { workspaceId, workspace, botUserId, botName };
}

export type SlackSide = { readonly routes: Hono | null; start(): Promise<void>; stop(): Promise<void> };

/** Bolt with every listener of ours. `routes` answer Slack's requests; null where Slack comes over a socket. */
export function createSlackSide(
  access: SlackAccess,
  identity: SlackIdentity,
  { desk, homes }: { readonly desk: Desk; readonly homes: Homes },
): SlackSide {
  const http =
    access.appToken === null
      ? new HonoReceiver(access.signingSecret ?? "", (sentence) => desk.log.warn(sentence))
      : null;
  const receiver: Receiver =
    http ??
    new SocketReceiver({
      appToken: access.appToken ?? "",
      slackApiUrl: access.apiUrl,
      log: desk.log,
    });
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: access.botToken, botUserId: identity.botUserId }),
    ...(access.apiUrl === undefined ? {} : { clientOptions: { slackApiUrl: access.apiUrl } }),
    logger: toSlackLog(desk.log),
  });
  app.use(async ({ body, next }) => {
    if (teamOf(body) === identity.workspaceId) await next();
    else desk.log.warn("a request for another workspace was left alone", { workspace: teamOf(body) });
  });
  listenToAll(app, { desk, homes, botUserId: identity.botUserId });
  return {
    routes: http?.routes ?? null,
    async start() {
      await receiver.start();
    },
    async stop() {
      await receiver.stop();
    },
  };
}

const FromTeam = z.object({ team_id: z.string().optional(), team: z.object({ id: z.string() }).nullish() });

/**
 * The workspace that a request is for. Whoever shares a channel with us from another company may come under their own:
 * there they are a full member, and must not pass for one here.
 */
function teamOf(body: unknown): string | undefined {
  const { team, team_id: teamId } = FromTeam.parse(body);
  return team?.id ?? teamId;
}

/** Every listener. What none of them can explain to a person is a bug: logged, and not acked, so Slack shows the failure. */
function listenToAll(
  app: App,
  { desk, homes, botUserId }: { readonly desk: Desk; readonly homes: Homes; readonly botUserId: string },
): void {
  const listening = createListening(app, desk);
  listenForGoals(app, listening, desk);
  listenForAnswers(listening, desk);
  listenForSteps(listening, desk);
  listenForGoAheads(listening, desk);
  listenForSyncRetry(listening, desk);
  listenForJiraAsks(listening, desk);
  listenForTalk(app, desk);
  listenForHome(app, homes);
  listenForMembership(app, desk, botUserId);
  app.error(async (error) => {
    desk.log.error("a Slack listener failed", { error });
    throw error;
  });
}

/** A client for a purpose of its own, so that a limit on one purpose holds no other. */
export const clientsOf = (access: SlackAccess) => {
  const make = () => createSlackClient(access.botToken, { apiUrl: access.apiUrl });
  return { decisions: make(), progress: make(), people: make() };
};
