import { execFileSync } from "node:child_process";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { type Callee, type Got, startCallee } from "#test/support/callee.ts";
import { testDatabase } from "#test/support/postgres.ts";

const database = await testDatabase();
const stage = useApiStage(database, { CALLBACK_ALLOW_PRIVATE: "1" });
const MINUTE = 60_000;

let callee: Callee;
let agent: string;
let bob: string;

beforeEach(async () => {
  callee = await startCallee();
  agent = await stage().key({ name: "code-review-agent" });
  bob = await stage().key({ person: "U02BOB", scopes: ["respond"] });
});
afterEach(() => callee.close());

/** Asks for a callback; resolves to the request and its secret. */
async function ask(more: Readonly<Record<string, unknown>> = {}, headers: Record<string, string> = {}) {
  const body = { title: "May I tag v1.2.0?", callback_webhook: `${callee.url}/resume`, ...more };
  const { status, body: made } = await stage().call("POST", "/api/v1/requests", {
    key: agent,
    body,
    headers,
  });
  expect(status, JSON.stringify(made)).toBe(201);
  return made as { readonly id: string; readonly callback_secret: string };
}

const respond = (id: string, decision = "approve") =>
  stage().call("POST", `/api/v1/requests/${id}/respond`, {
    key: bob,
    body: {
      decision,
      comment: "Grüße, gut so!",
      attachments: [{ name: "log", url: "https://ci.example/1" }],
    },
  });

async function onlyOne(): Promise<Got> {
  await expect.poll(() => callee.got.length).toBe(1);
  const [got] = callee.got;
  if (!got) throw new Error("Nothing came.");
  return got;
}

describe("Whoever asked is called back, once, when their request", () => {
  test("is settled: with the documented body, the answer in it", async () => {
    const { id, callback_secret: secret } = await ask({
      ...{ workflow_id: "wf-abc123", checkpoint_id: "cp-xyz789" },
      metadata: { agent_id: "code-review-agent", priority: "high", workflow_id: "somebody else's" },
    });
    await respond(id);
    const got = await onlyOne();
    expect(got.path).toBe("/resume");
    expect(JSON.parse(got.body)).toEqual({
      event: "request.responded",
      request_id: id,
      metadata: {
        ...{ agent_id: "code-review-agent", priority: "high" },
        ...{ workflow_id: "wf-abc123", checkpoint_id: "cp-xyz789", correlation_id: expect.any(String) },
      },
      response: {
        ...{ decision: "approve", comment: "Grüße, gut so!", responder_id: "U02BOB" },
        attachments: [{ name: "log", url: "https://ci.example/1" }],
        responded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      },
      state: "responded",
    });
    expect(new Webhook(secret).verify(got.body, got.headers)).toMatchObject({ request_id: id });
    await expect.poll(() => stateOf(id)).toBe("completed");
  });

  test("expires", async () => {
    const { id } = await ask({ timeout_minutes: 10 });
    stage().clock.advance(6 * MINUTE); // asked once more
    await expect
      .poll(() => stage().sql`select from facts where stream_id = ${id}`.then((rows) => rows.length), {
        timeout: 15_000,
      })
      .toBe(2);
    stage().clock.advance(5 * MINUTE);
    await expect.poll(() => callee.got.length, { timeout: 15_000 }).toBe(1);
    expect(JSON.parse((await onlyOne()).body)).toMatchObject({
      ...{ event: "request.timed_out", request_id: id, response: null, state: "timed_out" },
    });
  }, 40_000);

  test("is taken back", async () => {
    const { id } = await ask();
    await stage().call("POST", `/api/v1/requests/${id}/cancel`, { key: agent, body: { reason: "No need." } });
    expect(JSON.parse((await onlyOne()).body)).toMatchObject({
      ...{ event: "request.cancelled", request_id: id, response: null, state: "cancelled" },
    });
  });
});

describe("A callback", () => {
  test("carries what belongs to the call that asked: correlation id and traceparent", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { id } = await ask({}, { "x-correlation-id": "corr-42", traceparent });
    await respond(id);
    const got = await onlyOne();
    expect(got.headers).toMatchObject({ "x-correlation-id": "corr-42", "content-type": "application/json" });
    expect(got.headers["traceparent"]).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-01$/);
    expect(JSON.parse(got.body)).toMatchObject({ metadata: { correlation_id: "corr-42" } });
  });

  test("is verified by Python's standard library, as document 000 writes it", async () => {
    const secret = "a secret of the agent's own, 4711".replaceAll(" ", "-");
    const { id } = await ask({ callback_secret: secret });
    await respond(id);
    const { body, headers } = await onlyOne();
    const given = JSON.stringify({ body, secret, headers });
    expect(execFileSync("python3", ["-c", PYTHON], { input: given, encoding: "utf8" })).toBe(
      "True True False\n",
    );
  });

  test("is signed with both secrets while the secret is changed, the new one first", async () => {
    const { id, callback_secret: before } = await ask();
    const rotated = await stage().call("POST", `/api/v1/requests/${id}/rotate-secret`, { key: agent });
    const after: string = rotated.body.callback_secret;
    expect(after).toMatch(/^whsec_/);
    expect(after).not.toBe(before);
    await respond(id);
    const { body, headers } = await onlyOne();
    const signatures = String(headers["webhook-signature"]).split(" ");
    expect(signatures).toHaveLength(2);
    for (const secret of [before, after]) expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
    const [first = ""] = signatures;
    expect(new Webhook(after).verify(body, { ...headers, "webhook-signature": first })).toBeTruthy();
  });

  test("is the same one when it is sent again, and what its far side said each time is kept", async () => {
    callee.answer((response) => response.writeHead(503).end("try later"));
    const { id } = await ask();
    await respond(id);
    await expect.poll(() => stateOf(id)).toBe("callback_sent");
    callee.answer((response) => response.end("ok"));
    await expect.poll(() => callee.got.length, { timeout: 10_000 }).toBe(2); // five seconds later
    const [first, second] = callee.got;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    await expect.poll(() => stateOf(id)).toBe("completed");
    const attempts = await stage().sql`
      select a.number, a.status, a.error, a.answer from delivery_attempts a join deliveries d on d.id = a.delivery_id
      where d.stream_id = ${id} order by a.number`;
    expect(attempts).toEqual([
      { number: 1, status: 503, error: "It answered 503.", answer: "try later" },
      { number: 2, status: 200, error: null, answer: "ok" },
    ]);
  }, 20_000);

  test("is kept, and the answer with it, though nobody ever asks for it or takes it", async () => {
    await callee.close();
    const { id } = await ask();
    await respond(id, "reject");
    await expect
      .poll(() =>
        stage().sql`select state, attempts from deliveries where stream_id = ${id}`.then(([row]) => row),
      )
      .toEqual({ state: "waiting", attempts: 1 });
    const { body } = await stage().call("GET", `/api/v1/requests/${id}`, { key: agent });
    expect(body).toMatchObject({ state: "responded", response: { decision: "reject" } });
    callee = await startCallee(); // for the end
  });
});

describe("Secrets", () => {
  test("stand in no row as they are", async () => {
    const secret = "geheim-geheim-geheim-geheim";
    const { callback_secret: made } = await ask();
    await ask({ callback_secret: secret });
    const rows = await stage().sql`select secret, previous_secret from endpoints`;
    expect(JSON.stringify(rows)).not.toMatch(/geheim|whsec_/);
    expect(made).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  });

  test.each([
    ["short", "callback_secret"],
    ["whsec_this is no base64 at all!", "callback_secret"],
    [`whsec_${Buffer.from("too short").toString("base64")}`, "callback_secret"],
    ["zwölf Boxkämpfer jagen Viktor", "callback_secret"],
  ])("that nothing can be signed with are refused: %s", async (secret, field) => {
    const { status, body } = await stage().call("POST", "/api/v1/requests", {
      ...{ key: agent, body: { title: "?", callback_webhook: callee.url, callback_secret: secret } },
    });
    expect([status, body.code, body.errors[0].field]).toEqual([422, "bad_input", field]);
    expect(JSON.stringify(body)).not.toContain(secret);
  });
});

const stateOf = async (id: string): Promise<string> =>
  (await stage().call("GET", `/api/v1/requests/${id}`, { key: agent })).body.state;

/** verify_webhook of document 000, Standard Webhooks by hand, and a body that was changed. */
const PYTHON = `
import base64, hashlib, hmac, json, sys
given = json.load(sys.stdin)
body, secret, headers = given["body"].encode(), given["secret"], given["headers"]
def verify_webhook(payload: bytes, signature: str, secret: str) -> bool:
    expected = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={expected}", signature)
signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
standard = "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
print(verify_webhook(body, headers["x-webhook-signature"], secret),
      hmac.compare_digest(standard, headers["webhook-signature"]),
      verify_webhook(body + b" ", headers["x-webhook-signature"], secret))
`;
