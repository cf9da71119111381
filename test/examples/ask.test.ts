import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { scripted } from "#test/support/far-side.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { type Ended, lacks, type Running, runExample } from "#test/support/run-example.ts";

const GENERAL = "C01GENERAL";
const staged = useApiStage(await testDatabase());

let running: Running | undefined;
afterEach(async () => {
  await running?.kill();
});

type Env = Readonly<Record<string, string>>;

/** Starts it with a key of its own: `asked` looks and calls with the same one. */
async function run(command: readonly [string, ...string[]], env: Env = {}) {
  const { app, key } = staged();
  const COUNTERSIGN_API_KEY = await key({ scopes: ["ask"], name: "release-bot" });
  running = runExample(command, { COUNTERSIGN_URL: app.url, COUNTERSIGN_API_KEY, ...env });
  return { ...running, key: COUNTERSIGN_API_KEY };
}

const hostile = `"; DROP TABLE\\ $(touch /tmp/x) \`id\` {"title":"no"} 100% ünïcödé 'it''s'`;

const NOTE = 'Not "today":\nit\'s Friday, \\o/ {"comment":"no"}, möglich ab Montag';

describe.each([
  { kind: "ask.py", command: ["python3", "examples/ask.py"] as const, needs: "python3" },
  { kind: "ask.sh", command: ["sh", "examples/ask.sh"] as const, needs: "curl" },
])("$kind", ({ kind, command, needs }) => {
  const lack = lacks(needs);
  beforeEach((context) => context.skip(lack !== null, lack ?? ""));

  const ask = (question: string, env: Env = {}) => run([...command, question], env);
  const end = async (env: Env = {}): Promise<Ended> => (await ask("Anybody there?", env)).ended;

  test("from the question to Slack, and from the answer to the terminal", async () => {
    const { people } = staged();
    const { ended } = await ask(`May I tag v1.2.0? (${kind})`);
    const card = await people.card(GENERAL, new RegExp(`v1\\.2\\.0\\? \\(${kind.replace(".", "\\.")}`));
    expect(card.shown).toMatch(/release-bot · agent/);
    await people.presses("U02BOB", card, "Approve");
    const { status, out, err } = await ended;
    expect([status, out]).toEqual([0, "approve\n"]);
    expect(err).toMatch(/^Asked \([0-9a-f-]{36}\)\. Waiting for an answer in Slack…\n/);
  });

  test("a refusal ends it with 1, so that a script stops there", async () => {
    const { people } = staged();
    const { ended } = await ask(`May I drop the table? (${kind})`);
    const card = await people.card(GENERAL, new RegExp(`drop the table\\? \\(${kind}`));
    await people.fills("U02BOB", card, "Reject", { note: NOTE });
    const { status, out, err } = await ended;
    expect([status, out]).toEqual([1, `reject\n${NOTE}\n`]);
    expect(err).toMatch(/\nanswered by U02BOB at \d{4}-/);
  });

  test("a question that is made of quotes and commands arrives as it was typed", async () => {
    const { call } = staged();
    const question = `${hostile} ${kind}\tand\nmore`;
    const { ended, key } = await ask(question);
    const look = async () => {
      const { body } = await call("GET", "/api/v1/requests?limit=100", { key });
      return body.items.find(({ title }: { title: string }) => title.includes(`''s' ${kind}`));
    };
    await expect.poll(look).toMatchObject({ title: question });
    const { id } = await look();
    await call("POST", `/api/v1/requests/${id}/cancel`, { key, body: {} });
    const { status, err } = await ended;
    expect([status, err.split("\n")[1]]).toEqual([3, "Nobody answered: cancelled."]);
  });

  test("each mistake is told in words that say what to do, without the key", async () => {
    const none = await end({ COUNTERSIGN_API_KEY: "" });
    expect([none.status, none.err]).toEqual([2, expect.stringContaining("./countersign key create")]);
    const wrong = await end({ COUNTERSIGN_API_KEY: `cs_${"x".repeat(30)}` });
    expect([wrong.status, wrong.err]).toEqual([2, expect.stringMatching(/^401: /)]);
    const nobody = await end({ COUNTERSIGN_URL: "http://127.0.0.1:9" });
    expect([nobody.status, nobody.err]).toEqual([
      2,
      expect.stringMatching(/127\.0\.0\.1:9 cannot be reached/),
    ]);
    const other = await scripted([200, "<html>no API</html>"]);
    const elsewhere = await end({ COUNTERSIGN_URL: other.url });
    expect([elsewhere.status, elsewhere.err]).toEqual([
      2,
      expect.stringMatching(/does not answer as Countersign does/),
    ]);
    const respond = await staged().key({ scopes: ["respond"], person: "U02BOB" });
    const scope = await end({ COUNTERSIGN_API_KEY: respond });
    expect([scope.status, scope.err]).toEqual([2, expect.stringMatching(/^403: .*--scopes ask/)]);
    expect(wrong.err + nobody.err + scope.err).not.toContain("cs_");
  });

  test("a server that stumbles is asked again, under the same Idempotency-Key", async () => {
    const asked = { id: "1", state: "pending" };
    const done = {
      ...asked,
      state: "completed",
      response: { decision: "approve", comment: "", responder_id: "U", responded_at: "now" },
    };
    const stumbling = await scripted(
      [503, {}, { "retry-after": "1" }],
      [201, asked],
      [502, ""],
      [200, { ...asked, state: "notified" }],
      [200, done],
    );
    const { status, out } = await end({ COUNTERSIGN_URL: stumbling.url });
    expect([status, out]).toEqual([0, "approve\n"]);
    const [first, second] = stumbling.asked;
    expect(first?.headers["idempotency-key"]).toMatch(/^\S{16,}$/);
    expect(second?.headers["idempotency-key"]).toBe(first?.headers["idempotency-key"]);
    expect(stumbling.asked.map(({ headers }) => headers.authorization)).toEqual(
      Array(5).fill(expect.stringMatching(/^Bearer cs_/)),
    );
  });
});

test("ask.py: people named, choices, and words of their own", async (context) => {
  const lack = lacks("python3");
  context.skip(lack !== null, lack ?? "");
  const { people } = staged();
  const options = [
    "--option",
    "blue",
    "--option",
    "green",
    "--to",
    "U02BOB",
    "--why",
    "The old one is grey.",
  ];
  const choice = await run(["python3", "examples/ask.py", "Which colour?", ...options]);
  const card = await people.card("D02BOB", /Which colour\?/);
  await people.presses("U02BOB", card, "green");
  expect(await choice.ended).toMatchObject({ status: 0, out: "green\n" });

  const words = await run([
    "python3",
    "examples/ask.py",
    "What is it called?",
    "--text",
    "--channel",
    "#general",
  ]);
  const question = await people.card(GENERAL, /What is it called\?/);
  expect(question.buttons.length).toBeGreaterThan(0);
  words.child.kill("SIGINT");
  expect(await words.ended).toMatchObject({
    status: 130,
    err: expect.stringMatching(/The question stays open in Slack\.\n$/),
  });
});
