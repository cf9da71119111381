import { expect, test } from "vitest";
import { type Scripted, scripted, serve } from "#test/support/far-side.ts";
import { CountersignClient } from "../../sdk/src/client.ts";
import { CountersignError } from "../../sdk/src/error.ts";

const created = { id: "1", workflow_id: "wf", checkpoint_id: "cp", state: "pending" };
const NOW = { "retry-after": "0" };

async function client(
  answers: readonly Scripted[],
  options: { readonly retries?: number; readonly timeoutMs?: number } = {},
) {
  const { url, asked } = await scripted(...answers);
  return { asked, api: new CountersignClient({ url: `${url}/`, key: "cs_secret", ...options }) };
}

async function problemOf(call: Promise<unknown>): Promise<CountersignError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof CountersignError) return error;
  throw new Error("It was no CountersignError.", { cause: error });
}

test("a call carries the key, its body, and what goes through to callbacks", async () => {
  const { api, asked } = await client([[201, created]]);
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await api.requests.create({ title: "May I?" }, { correlationId: "c-1", traceparent });
  expect(asked[0]).toMatchObject({ method: "POST", url: "/api/v1/requests", body: '{"title":"May I?"}' });
  expect(asked[0]?.headers).toMatchObject({
    ...{ authorization: "Bearer cs_secret", "content-type": "application/json" },
    ...{ "x-correlation-id": "c-1", traceparent },
  });
});

test.each<{ what: string; first: Scripted }>([
  { what: "too many calls", first: [429, {}, NOW] },
  { what: "a server that is starting", first: [503, {}, NOW] },
  { what: "a broken connection", first: "breaks" },
  { what: "a first try that is still under way", first: [409, { code: "conflict" }, NOW] },
])("after $what a POST is sent again, the same and under one Idempotency-Key", async ({ first }) => {
  const { api, asked } = await client([first, [201, created]]);
  expect(await api.requests.create({ title: "May I?" })).toEqual(created);
  expect(asked).toHaveLength(2);
  expect(asked[0]?.headers["idempotency-key"]).toMatch(/^\S{16,}$/);
  expect(asked[1]?.headers["idempotency-key"]).toBe(asked[0]?.headers["idempotency-key"]);
  expect(asked[1]?.body).toBe(asked[0]?.body);
});

test("each call has a key of its own, unless it is given one", async () => {
  const { api, asked } = await client([[201, created]]);
  await api.requests.create({ title: "a" });
  await api.requests.create({ title: "b" });
  await api.requests.create({ title: "c" }, { idempotencyKey: "mine" });
  const [a, b, c] = asked.map(({ headers }) => headers["idempotency-key"]);
  expect(a).not.toBe(b);
  expect(c).toBe("mine");
});

test("Retry-After is kept to the second, and one that is too long is handed on instead", async () => {
  const patient = await client([
    [429, {}, { "retry-after": "1" }],
    [200, { items: [], next_cursor: null }],
  ]);
  const before = performance.now();
  await patient.api.requests.list();
  expect(performance.now() - before).toBeGreaterThan(990);
  const long = await client([[429, { code: "too_many", detail: "Slower." }, { "retry-after": "3600" }]]);
  const problem = await problemOf(long.api.requests.get("1"));
  expect(problem).toMatchObject({ code: "too_many", status: 429, retryAfterMs: 3_600_000 });
  expect(long.asked).toHaveLength(1);
});

test("a refusal is not tried again, and names code and every field", async () => {
  const errors = [{ field: "routing.recipients.0.email", detail: "This is no e-mail address." }];
  const { api, asked } = await client([
    [422, { status: 422, code: "bad_input", detail: "Mend it.", errors }],
  ]);
  const problem = await problemOf(api.requests.create({ title: "May I?" }));
  expect(problem).toMatchObject({ code: "bad_input", status: 422, errors, message: "Mend it." });
  expect(asked).toHaveLength(1);
});

test("it gives up after its retries, with what was said last", async () => {
  const { api, asked } = await client([[503, "<html>down</html>", NOW]], { retries: 2 });
  expect(await problemOf(api.runs.get("1"))).toMatchObject({ code: "http_503", status: 503 });
  expect(asked).toHaveLength(3);
});

test.each<{ what: string; answer: Scripted; code: string }>([
  { what: "a server that never answers", answer: "hangs", code: "timed_out" },
  { what: "a page that is no API", answer: [200, "<html>"], code: "bad_answer" },
  {
    what: "a redirect, which would carry the key elsewhere",
    answer: [308, "", { location: "http://elsewhere.example/" }],
    code: "moved",
  },
])("$what is told as $code", async ({ answer, code }) => {
  const { api, asked } = await client([answer], { timeoutMs: 300, retries: 0 });
  expect((await problemOf(api.goals.get("1"))).code).toBe(code);
  expect(asked).toHaveLength(1);
});

test("nobody there is told in words that say what to do, and without the key", async () => {
  const api = new CountersignClient({ url: "http://127.0.0.1:9", key: "cs_secret", retries: 0 });
  const problem = await problemOf(api.goals.get("1"));
  expect(problem).toMatchObject({ code: "unreachable", status: null });
  expect(problem.message).toBe("http://127.0.0.1:9 cannot be reached. Does Countersign run there?");
  expect(() => new CountersignClient({ url: "countersign.example.com" })).toThrow(TypeError);
});

test("an abort ends a call that waits, with the caller's own reason", async () => {
  const { api, asked } = await client(["hangs"]);
  const stop = new AbortController();
  const call = api.requests.wait("1", { signal: stop.signal });
  await expect.poll(() => asked.length).toBe(1);
  stop.abort(new Error("never mind"));
  await expect(call).rejects.toThrow("never mind");
});

test("waiting asks again until it is settled, and gives up when its own time is over", async () => {
  const open = { ...created, state: "notified" };
  const settled = { ...created, state: "completed", response: { decision: "approve" } };
  const { api, asked } = await client([
    [200, open],
    [200, open],
    [200, settled],
  ]);
  expect(await api.requests.wait("a/b")).toEqual(settled);
  expect(asked.map(({ url }) => url)).toEqual(Array(3).fill("/api/v1/requests/a%2Fb?wait=60"));
  const never = await client([[200, open]]);
  expect((await problemOf(never.api.requests.wait("1", { timeoutMs: 0 }))).code).toBe("timed_out");
});

test("a wait outlasts a server that is away for a moment, longer than one call's tries; a refusal ends it at once", async () => {
  const open = { ...created, state: "notified" };
  const settled = { ...created, state: "completed", response: { decision: "approve" } };
  const away: Scripted = [503, {}, NOW];
  const { api, asked } = await client([[200, open], away, "breaks", away, [200, settled]], { retries: 1 });
  expect(await api.requests.wait("1")).toEqual(settled);
  expect(asked).toHaveLength(5);
  const run = { id: "1", ended_at: "2026-11-21T10:00:00.000Z" };
  const runs = await client([away, away, [200, run]], { retries: 1 });
  expect(await runs.api.runs.wait("1")).toEqual(run);
  const gone = await client([[404, { code: "not_found", detail: "There is none." }]]);
  expect((await problemOf(gone.api.requests.wait("1"))).code).toBe("not_found");
  expect(gone.asked).toHaveLength(1);
  const down = await client([away], { retries: 0 });
  expect((await problemOf(down.api.requests.wait("1", { timeoutMs: 0 }))).status).toBe(503);
});

test("an answer whose words break off is told by its status, and tried again where that may help", async () => {
  let tries = 0;
  const url = await serve((_, response) => {
    tries += 1;
    if (tries > 1) return void response.end(JSON.stringify(created));
    response.writeHead(503, { "retry-after": "0", "content-length": "1000" });
    response.write("{", () => response.destroy());
  });
  expect(await new CountersignClient({ url }).requests.get("1")).toEqual(created);
  expect(tries).toBe(2);
});

test("a list is one page when awaited, and all of them when walked", async () => {
  const page = (ids: readonly string[], next_cursor: string | null): Scripted => [
    200,
    { items: ids.map((id) => ({ id })), next_cursor },
  ];
  const { api, asked } = await client([
    page(["1", "2"], "next"),
    page(["1", "2"], "next"),
    page(["3"], null),
  ]);
  expect((await api.requests.list({ state: "pending", limit: 2 })).next_cursor).toBe("next");
  const ids: string[] = [];
  for await (const { id } of api.requests.list({ state: "pending", limit: 2 })) ids.push(id);
  expect(ids).toEqual(["1", "2", "3"]);
  expect(asked.map(({ url }) => url.split("?")[1])).toEqual([
    ...["state=pending&limit=2", "state=pending&limit=2", "state=pending&limit=2&cursor=next"],
  ]);
});

test("a checkpoint that is not there is null, and a claim without work too", async () => {
  const { api } = await client([[404, { code: "not_found", detail: "No." }], [204]]);
  expect(await api.checkpoints.get("wf", "cp")).toBeNull();
  expect(await api.tasks.claim({ agent: "a" })).toBeNull();
});
