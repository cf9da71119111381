import { readFileSync } from "node:fs";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import { recordCall } from "../state/calls.ts";
import type { Fault, Faults } from "./faults.ts";
import { contentPath, takeContent } from "./files.ts";
import type { Answer, Method } from "./method.ts";
import { METHODS } from "./methods.ts";
import type { Rates } from "./rates.ts";
import { readCall } from "./request.ts";

type Needs = { readonly slack: Slack; readonly rates: Rates; readonly faults: Faults };
type Incoming = {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly c: Context;
};

const CALL_MOST_BYTES = 1024 * 1024;
const FILE_MOST_BYTES = 50 * 1024 * 1024;

/** The Web API under `/local/slack/api/`, and the files that are uploaded and fetched around it. */
export function webApiRoutes(needs: Needs): Hono {
  const routes = new Hono();
  const { slack } = needs;
  routes.all("/local/slack/api/:method", bodyLimit({ maxSize: CALL_MOST_BYTES }), (c) => answer(c, needs));
  routes.post("/local/slack/upload/:id", bodyLimit({ maxSize: FILE_MOST_BYTES }), async (c) => {
    const isTaken = takeContent(slack, c.req.param("id"), await readContent(c));
    return isTaken ? c.text("OK") : c.text("No such upload, or its length is not the announced one.", 400);
  });
  routes.get("/local/slack/files/:id/:name", (c) => {
    const upload = slack.state.uploads.get(c.req.param("id"));
    if (upload?.isUploaded !== true) return c.text("There is no such file.", 404);
    // As a download: what an app uploads must not run in this page's origin.
    return c.body(readFileSync(contentPath(slack, upload.file.id)), 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(upload.file.name)}`,
      "x-content-type-options": "nosniff",
    });
  });
  return routes;
}

async function answer(c: Context, needs: Needs): Promise<Response> {
  const { slack } = needs;
  const name = c.req.param("method") ?? "";
  const call = await readCall(c);
  if (call === undefined) return c.json({ ok: false, error: "invalid_json" });
  const incoming = { name, args: call.args, c };
  if (name === "api.test") return c.json({ ok: true, args: call.args });
  const method = METHODS.get(name);
  if (method === undefined) {
    slack.log(`local-slack: UNKNOWN METHOD ${name}: this Slack does not play it, or it does not exist`);
    return refuse(slack, incoming, new SlackError("unknown_method"));
  }
  const refusal = refuseToken(slack, method, call.token);
  if (refusal !== undefined) return refuse(slack, incoming, refusal);
  const channel = String(call.args["channel"] ?? "");
  const retryAfterS = needs.rates.take(name, method.rate, channel);
  if (retryAfterS !== undefined) return limited(slack, incoming, retryAfterS);
  const fault = needs.faults.take(name);
  if (fault !== undefined && fault.kind !== "drop_after_store") return fail(slack, incoming, fault);
  const response = await run(slack, method, incoming);
  return fault === undefined ? response : hangUp(c);
}

async function run(slack: Slack, method: Method, incoming: Incoming): Promise<Response> {
  const { name, args, c } = incoming;
  try {
    const done: Answer = await method.run(slack, args, originOf(c));
    const ts = [done["ts"], done["message_ts"]].find((value) => typeof value === "string");
    recordCall(slack.state, { at: slack.clock.nowMs(), method: name, args, ok: true, ts });
    if (slack.grants.scopes !== undefined) c.header("x-oauth-scopes", [...slack.grants.scopes].join(","));
    return c.json({ ok: true, ...done });
  } catch (problem) {
    if (problem instanceof SlackError) return refuse(slack, incoming, problem);
    throw problem;
  }
}

function refuseToken(slack: Slack, method: Method, token: string | undefined): SlackError | undefined {
  const { botToken, appToken } = slack.credentials;
  if (token === undefined) return new SlackError("not_authed");
  if (token !== botToken && token !== appToken) return new SlackError("invalid_auth");
  const wanted = method.token === "app" ? appToken : botToken;
  return token === wanted ? undefined : new SlackError("not_allowed_token_type");
}

function refuse(slack: Slack, { name, args, c }: Incoming, problem: SlackError): Response {
  const { code: error, more } = problem;
  recordCall(slack.state, { at: slack.clock.nowMs(), method: name, args, ok: false, error });
  return c.json({ ok: false, error, ...more });
}

function limited(slack: Slack, { name, args, c }: Incoming, retryAfterS: number): Response {
  const error = "ratelimited";
  recordCall(slack.state, { at: slack.clock.nowMs(), method: name, args, ok: false, error });
  return c.json({ ok: false, error }, 429, { "retry-after": String(retryAfterS) });
}

async function fail(slack: Slack, incoming: Incoming, fault: Fault): Promise<Response> {
  if (fault.kind === "ratelimited") return limited(slack, incoming, fault.retry_after);
  if (fault.kind !== "hang" && fault.kind !== "http_500")
    return refuse(slack, incoming, new SlackError(fault.kind));
  const { name, args, c } = incoming;
  recordCall(slack.state, { at: slack.clock.nowMs(), method: name, args, ok: false, error: fault.kind });
  if (fault.kind === "http_500") return c.text("Internal Server Error", 500);
  await letGo(AbortSignal.any([c.req.raw.signal, slack.closing]));
  return hangUp(c);
}

function letGo(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Closes the connection without a word. */
function hangUp(c: Context<{ Bindings: HttpBindings }>): Response {
  c.env.outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

function originOf(c: Context): string {
  return new URL(c.req.url).origin;
}

async function readContent(c: Context): Promise<Uint8Array> {
  if (!(c.req.header("content-type") ?? "").includes("multipart/form-data"))
    return new Uint8Array(await c.req.arrayBuffer());
  const parts = Object.values(await c.req.parseBody());
  const file = parts.find((part) => part instanceof File);
  return new Uint8Array((await file?.arrayBuffer()) ?? []);
}
