import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import type { ResponseUrl } from "../state/records.ts";
import { APP } from "../state/seed.ts";
import { readCall } from "../web-api/request.ts";
import { type Answered, Reply, showReply } from "./reply.ts";

/** Five answers within 30 minutes: https://docs.slack.dev/interactivity/handling-user-interaction */
const USES_MOST = 5;
const TTL_MS = 30 * 60_000;
const MOST_BYTES = 1024 * 1024;

/** An address at which the app may answer what this person just did. */
export function newResponseUrl(slack: Slack, answered: Answered): string {
  const id = randomBytes(18).toString("hex");
  const { user, channel, ts } = answered;
  const madeAtMs = slack.clock.nowMs();
  slack.state.keep(() => {
    for (const old of slack.state.responseUrls.all())
      if (old.madeAtMs + TTL_MS < madeAtMs) slack.state.responseUrls.remove(old.id);
    slack.state.responseUrls.put(id, { id, user, channel: channel.id, ts, uses: 0, madeAtMs });
  });
  return `${slack.address()}/local/slack/response/${APP.teamId}/${id}`;
}

/** Takes the answers. Like Slack: 404 `expired_url` or `used_url`, 400 where the answer itself is refused. */
export function responseRoutes(slack: Slack): Hono {
  const routes = new Hono();
  routes.post("/local/slack/response/:team/:id", bodyLimit({ maxSize: MOST_BYTES }), async (c) => {
    const call = await readCall(c);
    const url = slack.state.responseUrls.get(c.req.param("id"));
    if (url === undefined || url.madeAtMs + TTL_MS < slack.clock.nowMs())
      return c.json({ ok: false, error: "expired_url" }, 404);
    if (url.uses >= USES_MOST) return c.json({ ok: false, error: "used_url" }, 404);
    const reply = Reply.safeParse(call?.args);
    if (!reply.success) return c.json({ ok: false, error: "invalid_payload" }, 400);
    try {
      use(slack, url, reply.data);
      return c.text("ok");
    } catch (problem) {
      if (!(problem instanceof SlackError)) throw problem;
      return c.json({ ok: false, error: problem.code, ...problem.more }, 400);
    }
  });
  return routes;
}

function use(slack: Slack, url: ResponseUrl, reply: Reply): void {
  const channel = slack.state.channels.get(url.channel);
  if (channel === undefined) throw new SlackError("channel_not_found");
  slack.state.keep(() => slack.state.responseUrls.put(url.id, { ...url, uses: url.uses + 1 }));
  showReply(slack, { user: url.user, channel, ts: url.ts }, reply);
}
