import { describe, expect, test, vi } from "vitest";
import { connectMcp, VERSIONS } from "#test/support/e2e/mcp.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { type TwoWorkspaces, useTwoWorkspaces, type Word } from "#test/support/sides/two-workspaces.ts";
import { nowhere } from "#test/support/sides/walk.ts";
import { openStream } from "#test/support/sse.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const database = await testDatabase();
const two = await useTwoWorkspaces(database);

const BOTH: readonly (readonly [Word, Word])[] = [
  ["okapi", "zebra"],
  ["zebra", "okapi"],
];

/** What of the other's stands in this text. */
const leaked = ({ ids }: TwoWorkspaces, other: Word, text: string): readonly string[] =>
  [other, ...ids[other]].filter((secret) => text.includes(secret));

const toldTo = ({ callee }: TwoWorkspaces, word: Word) =>
  callee.got.filter(({ path }) => path.startsWith(`/${word}/`));

describe("Of what happens in one workspace, the other", () => {
  test.each(BOTH)("%s hears nothing of %s by callbacks and subscriptions", async (me, other) => {
    const { sides } = two();
    const before = toldTo(two(), other).length;
    const published = { event_type: "code.approved", data: { word: other } };
    expect((await sides[other].call("POST", "/api/v1/events", { body: published })).status).toBe(201);
    const cancel = `/api/v1/requests/${sides[other].has.openRequest}/cancel`;
    expect((await sides[other].call("POST", cancel)).status).toBe(200);
    // Its event, and its request's end twice: to the callback and to the subscriber.
    await expect.poll(() => toldTo(two(), other).length, { timeout: 20_000 }).toBeGreaterThan(before + 2);
    expect(toldTo(two(), me).map(({ path }) => path)).toContain(`/${me}/callback`);
    expect(toldTo(two(), me).map(({ path }) => path)).toContain(`/${me}/events`);
    expect(leaked(two(), other, JSON.stringify(toldTo(two(), me)))).toEqual([]);
  });

  test.each(BOTH)("%s hears nothing of %s in its streams", async (me, other) => {
    const { sides, stages } = two();
    const { run, task } = sides[me].has;
    const url = `${stages[me].app.url}/api/v1/runs/${run}/events`;
    const stream = await openStream(url, sides[me].agentKey);
    const note = (word: Word, id: string) =>
      sides[word].call("POST", `/api/v1/tasks/${id}/progress`, { body: { note: `A word of ${word}` } });
    expect((await note(other, sides[other].has.task)).status).toBe(200);
    expect((await note(me, task)).status).toBe(200);
    await expect.poll(() => JSON.stringify(stream.events)).toContain(`A word of ${me}`);
    stream.leave();
    await stream.ended;
    expect(stream.ids()).toEqual(stream.ids().map((_, i) => i + 1));
    expect(leaked(two(), other, JSON.stringify(stream.events))).toEqual([]);
    const foreign = await openStream(
      `${stages[me].app.url}/api/v1/runs/${sides[other].has.run}/events`,
      sides[me].agentKey,
    );
    await foreign.ended;
    expect([foreign.status, foreign.events]).toEqual([404, []]);
  });

  test.each(BOTH)("%s, waiting with an agent of the same name, gets no task of %s", async (me, other) => {
    const { sides } = two();
    const claim = (word: Word, wait: number) =>
      sides[word].call("POST", "/api/v1/tasks/claim", { body: { agent: "scanner both", wait } });
    const waiting = claim(me, 4);
    const goal = await sides[other].call("POST", "/api/v1/goals", { body: { workflow: "scan-both" } });
    const claimed = await claim(other, 30);
    expect(claimed).toMatchObject({ status: 200, body: { task: { run_id: goal.body.run_id } } });
    expect((await waiting).status).toBe(204);
  });

  test.each(BOTH)("%s, waiting for its own answer, is not woken by %s's", async (me, other) => {
    const { sides } = two();
    const ask = async (word: Word) =>
      (await sides[word].call("POST", "/api/v1/requests", { body: { title: `May ${word}?` } })).body.id;
    const [mine, theirs] = [await ask(me), await ask(other)];
    const waiting = sides[me].call("GET", `/api/v1/requests/${mine}?wait=2`);
    const answer = { as: "person", body: { decision: "approve", comment: other } } as const;
    const answered = await sides[other].call("POST", `/api/v1/requests/${theirs}/respond`, answer);
    expect(answered.status).toBe(200);
    expect(await waiting).toMatchObject({ status: 200, body: { id: mine, response: null } });
  });

  test("answers the same Idempotency-Key with the same body to each with its own", async () => {
    const { sides } = two();
    const asked = { body: { title: "The same?" }, headers: { "idempotency-key": "the-same-text" } };
    const post = async (word: Word) => (await sides[word].call("POST", "/api/v1/requests", asked)).body.id;
    const [okapi, zebra] = [await post("okapi"), await post("zebra")];
    expect(okapi).not.toBe(zebra);
    expect([await post("okapi"), await post("zebra")]).toEqual([okapi, zebra]);
  });
});

describe("By the tools of MCP", () => {
  test.each(BOTH.flatMap((pair) => VERSIONS.map((version) => [...pair, version] as const)))(
    "%s finds nothing of %s (%s)",
    async (me, other, version) => {
      const { sides, stages } = two();
      const { call } = await connectMcp(stages[me], version, sides[me].agentKey);
      const [theirs, nobodys] = [sides[other].has, nowhere()];
      for (const [tool, args] of [
        ["get_answer", ({ settledRequest }) => ({ question_id: settledRequest })],
        ["get_answer", ({ openRequest }) => ({ question_id: openRequest, wait_seconds: 1 })],
        ["get_run", ({ run }) => ({ run_id: run })],
        ["get_run", ({ run }) => ({ run_id: run, wait_seconds: 1 })],
        ["submit_goal", ({ project }) => ({ goal: "?", project })],
        ["submit_goal", ({ workflow }) => ({ goal: "?", workflow })],
      ] as readonly (readonly [string, (of: typeof theirs) => object])[]) {
        const [found, none] = [await call(tool, args(theirs)), await call(tool, args(nobodys))];
        expect(found.failed).toMatch(/not_found|There is no/);
        const words = (text: string | null) => text?.replaceAll(/only-\w+/g, "it");
        if (tool === "get_run" || tool === "get_answer") expect(found.failed).toBe(none.failed);
        expect(words(found.failed)).toBe(words(none.failed));
      }
      await call("ask_human", { question: `Where to, ${me}?`, wait_seconds: 0 });
      const others = await connectMcp(stages[other], version, sides[other].agentKey);
      await others.call("ask_human", { question: `Where to, ${other}?`, wait_seconds: 0 });
      const latest = await call("get_answer");
      expect(latest.data).toMatchObject({ question: `Where to, ${me}?`, status: "pending" });
      expect(leaked(two(), other, latest.text)).toEqual([]);
    },
  );
});

describe("In Slack", () => {
  test("each workspace's cards stand there, by its own token, and nobody else's", async () => {
    const { slack, stages } = two();
    await expect.poll(() => slack.posted.join(" ")).toContain("zebra");
    expect(leaked(two(), "okapi", slack.posted.join(" "))).toEqual([]);
    const cards = JSON.stringify(await stages.okapi.people.cards("C01GENERAL"));
    expect(cards).toContain("okapi");
    expect(leaked(two(), "zebra", cards)).toEqual([]);
  });

  test("a key of another workspace learns nobody's name, address or channel from ours", async () => {
    const { sides, stages } = two();
    const ask = async (method: string, path: string, body: object, key = sides.zebra.agentKey) => {
      const answer = await stages.okapi.call(method, path, { key, body });
      return { status: answer.status, code: answer.body.code, detail: answer.body.detail };
    };
    const to = (routing: object) => ({ title: "?", routing });
    const said = [
      await ask("POST", "/api/v1/agents", { name: "Alice" }),
      await ask("POST", "/api/v1/agents", { name: "Nobody of that name" }),
      await ask("POST", "/api/v1/requests", to({ recipients: [{ email: "bob@example.com" }] })),
      await ask("POST", "/api/v1/requests", to({ recipients: [{ email: "nobody@example.com" }] })),
      await ask("POST", "/api/v1/requests", to({ recipients: [{ slack_user_id: "U02BOB" }] })),
      await ask("POST", "/api/v1/requests", to({ channels: ["#general"] })),
      await ask("POST", "/api/v1/requests", to({ channels: ["#nowhere"] })),
      await ask("POST", "/api/v1/events", { event_type: "code.approved", metadata: { agent_id: "Alice" } }),
      await ask("POST", "/api/v1/goals", { goal: "?", channel: "#general" }),
      await ask("POST", "/humanlayer/v1/human_contacts", { run_id: "r", spec: { msg: "?" } }),
      await ask(
        ...(["POST", `/api/v1/requests/${sides.zebra.has.settledRequest}/respond`] as const),
        ...([{ decision: "approve" }, sides.zebra.personKey] as const),
      ),
    ];
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(said[0]).toMatchObject({ status: 409, code: "wrong_state" });
  });
});
