import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { useApiStage } from "#test/support/api-stage.ts";
import { freePort } from "#test/support/e2e/processes.ts";
import { ALICE, BOB, type Room, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { until } from "#test/support/e2e/until.ts";
import { type Example, examplesOf, expectLike } from "#test/support/page-examples.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { lacks, type Running, runExample } from "#test/support/run-example.ts";
import { makeSdkProject, type SdkProject } from "#test/support/sdk-package.ts";
import { CALLBACK_SECRET } from "#test/support/signed-callback.ts";

vi.setConfig({ testTimeout: 120_000 });
const GENERAL = "C01GENERAL";
const PAGE = "docs/agents.md";
const database = await testDatabase();
const staged = useApiStage(database, { CALLBACK_ALLOW_PRIVATE: "1" });
const page = examplesOf(PAGE);

/** What whoever follows the page has in their shell: the variables that it names. */
const shell: Record<string, string> = {};
const running = new Set<Running>();
let project: SdkProject;
let room: Room;

beforeAll(async () => {
  const { app, key, room: make, sql } = staged();
  project = makeSdkProject();
  await saveTeamWorkflow(sql, parse(readFileSync("examples/workflows/outside.yml", "utf8")));
  room = await make("billing");
  const scopes = ["ask", "goals", "work", "events"] as const;
  shell["COUNTERSIGN_URL"] = app.url;
  shell["COUNTERSIGN_API_KEY"] = await key({ scopes, owner: ALICE, name: "my-agent" });
  shell["CALLBACK_SECRET"] = CALLBACK_SECRET;
  shell["PORT"] = String(await freePort());
  shell["CALLBACK_URL"] = `http://127.0.0.1:${shell["PORT"]}/resume`;
});
afterAll(async () => {
  await Promise.all([...running].map((one) => one.kill()));
  project.remove();
});

/** Types the example into a shell. What it prints is held against what the page shows, and remembered by the page's names. */
async function type(example: Example, variable?: string): Promise<Record<string, unknown>> {
  const { status, out, err } = await runExample(["sh", "-c", example.text], shell).ended;
  expect([status, err], `line ${example.line}`).toEqual([0, ""]);
  const answer: Record<string, unknown> = out.trim() === "" ? {} : JSON.parse(out);
  expectLike(answer, page.answerTo(example), `${PAGE} line ${example.line}`);
  if (variable !== undefined) shell[variable] = String(answer["id"]);
  return answer;
}

const sh = (holding: string, variable?: string) => type(page.take("sh", holding), variable);

/** Runs the example's program in a project that has installed the sdk. */
function js(holding: string): Running {
  const example = page.take("js", holding);
  const file = project.write(`line-${example.line}.js`, example.text);
  return runs([process.execPath, file], dirname(file));
}

function runs(command: readonly [string, ...string[]], folder?: string): Running {
  const one = runExample(command, shell, folder);
  running.add(one);
  return one;
}

const says = (one: Running, like: RegExp) =>
  until(
    `the program to say ${like}`,
    async () => like.test(one.said()),
    {},
    async () => one.said(),
  );

const approve = async (like: RegExp, where = GENERAL, under?: Parameters<Room["card"]>[1]) => {
  const { people } = staged();
  await people.presses(BOB, await people.card(where, like, under), "Approve");
};

describe("docs/agents.md, followed from top to bottom", () => {
  test("1: the key that it makes is one", async () => {
    const { app, slack, dir } = staged();
    const { text } = page.take("sh", "./countersign key create");
    const env = {
      ...{
        HOME: dir,
        DATA_DIR: dir,
        DATABASE_URL: database.url,
        COUNTERSIGN_SECRET: "a secret for tests that nobody can guess",
      },
      ...{ SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: slack.slack.credentials.botToken },
      SLACK_SIGNING_SECRET: slack.slack.credentials.signingSecret,
    };
    const made = await runExample(["sh", "-c", `${text}\nprintf %s "$COUNTERSIGN_API_KEY"`], env).ended;
    expect(made).toMatchObject({ status: 0, out: expect.stringMatching(/^cs_\S+$/) });
    const headers = { authorization: `Bearer ${made.out}` };
    expect((await fetch(`${app.url}/api/v1/requests`, { headers })).status).toBe(200);
  });

  test("2 and 3: ask, wait, take back", async () => {
    await sh('"title": "May I tag v1.2.0?"', "REQUEST_ID");
    await sh("high-risk code changes", "OTHER_REQUEST_ID");
    const waiting = sh("?wait=60");
    await approve(/May I tag v1\.2\.0\?/);
    expect(await waiting).toMatchObject({
      state: "completed",
      response: { decision: "approve", responder_id: BOB },
    });
    expect(await sh("The change was withdrawn.")).toMatchObject({ state: "cancelled" });
    const asking = js("May I send the newsletter?");
    await approve(/May I send the newsletter\?/);
    expect(await asking.ended).toEqual({ status: 0, out: "yes\n", err: "" });
  });

  test("4: Python's standard library receives the callback, once and only from us", async (context) => {
    const lack = lacks("python3");
    context.skip(lack !== null, lack ?? "");
    const file = project.write("receiver.py", page.take("python", "HTTPServer").text);
    const receiver = runs(["python3", file]);
    const { CALLBACK_URL = "" } = shell;
    const post = (headers: Record<string, string> = {}) =>
      fetch(CALLBACK_URL, { method: "POST", body: "{}", headers });
    await expect
      .poll(() =>
        post().then(
          ({ status }) => status,
          () => null,
        ),
      )
      .toBe(401);
    const now = String(Math.floor(Date.now() / 1_000));
    const forged = { "webhook-id": "1", "webhook-timestamp": now, "webhook-signature": "v1,AAAA" };
    expect((await post(forged)).status).toBe(401);

    const { id } = await sh("May I delete the old backups?");
    await approve(/May I delete the old backups\?/);
    await says(receiver, /request\.responded/);
    const called: unknown = JSON.parse(
      receiver
        .said()
        .split("\n")
        .find((line) => line.startsWith("{")) ?? "",
    );
    expect(called).toMatchObject({
      request_id: id,
      metadata: { workflow_id: "wf-backups", correlation_id: "corr-7" },
    });
    expectLike(called, JSON.parse(page.take("json callback", "request.responded").text));
    await receiver.kill();
  });

  test("5: a checkpoint is kept and used; an agent stops and goes on", async () => {
    await sh('"state_data": {"folders"');
    await sh('curl -sS "$COUNTERSIGN_URL/api/v1/checkpoints');
    expect(await sh('-X DELETE "$COUNTERSIGN_URL/api/v1/checkpoints')).toMatchObject({
      consumed_at: expect.any(String),
    });
    const agent = js("class DeployAgent");
    await says(agent, /status: 'paused'/);
    await approve(/May I deploy 1\.2\.0\?/);
    await says(agent, /^wf-deploy-1\.2\.0: approve$/m);
    const { call } = staged();
    const published = async () =>
      (
        await call("GET", "/api/v1/events?workflow_id=wf-deploy-1.2.0", {
          key: String(shell["COUNTERSIGN_API_KEY"]),
        })
      ).body.items;
    await expect
      .poll(published)
      .toMatchObject([{ event_type: "deployment.started", data: { version: "1.2.0" } }]);
    await agent.kill();
  });

  test("6 and 7: a goal is started and followed, its tasks are claimed, asked about and done; then it is done again and stopped", async () => {
    const goal = await sh("Round cents half to even");
    Object.assign(shell, { GOAL_ID: goal["goal_id"], RUN_ID: goal["run_id"] });
    const following = js("client.runs.events(RUN_ID)");
    const stream = page.take("sh", "curl -sSN");
    const streaming = runs(["sh", "-c", stream.text]);

    await sh('"name": "scanner"');
    const claim = page.take("sh", "/tasks/claim");
    const take = async () => {
      const { task } = (await type(claim)) as {
        task: { id: string; attempt: number; answer: unknown; checkpoint: unknown };
      };
      shell["TASK_ID"] = task.id;
      return task;
    };
    await take();
    await sh("/progress");
    expect(await sh("agents/scanner/heartbeat")).toMatchObject({ status: "busy", tasks: [shell["TASK_ID"]] });
    await sh('/ask" ');
    const card = await room.card(/Round cents half to even/);
    await room.presses(BOB, await room.card(/Which rule does the rounding follow\?/, card), "Tax office");
    expect(await take()).toMatchObject({
      attempt: 2,
      answer: { decision: "Tax office" },
      checkpoint: { file: 12 },
    });
    await sh("/complete");
    await room.presses(BOB, await room.card(/Take the change/, card), "Approve");
    await take();
    expect(await sh("/fail")).toMatchObject({ run_status: "running" });
    await sh('-X DELETE "$COUNTERSIGN_URL/api/v1/agents/scanner');

    const worker = js("runWorker");
    await room.becomes(card, /Done/);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toEqual({ status: 0, out: "", err: "" });
    expect(await following.ended).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^workflow\.started\n[\s\S]*workflow\.completed\n$/),
    });
    const { out } = await streaming.ended;
    const shown = page.take("text", "event: workflow.started").text.split("\n");
    expect(shown.map((line) => line.split(":")[0])).toEqual(["id", "event", "data", ""]);
    expect(out).toMatch(
      /^id: 2\nevent: \S+\ndata: \{"event_id":"evt-\S+-2","event_type":.*"metadata":\{.*\}\}$/m,
    );

    const again = await sh("/rework");
    expect(again["goal_id"]).toBe(shell["GOAL_ID"]);
    expect(await sh("No longer needed.")).toMatchObject({ status: "cancelled" });
  });

  test("8 and 9: events, subscriptions, and what is wrong", async () => {
    await sh('"event_type": "code.approved"');
    expect(await sh("/api/v1/webhooks")).toMatchObject({ url: shell["CALLBACK_URL"] });
    const wrong = await sh('"type": "poll"');
    expect(wrong).toMatchObject({ code: "bad_input", errors: [{ field: "type" }, { field: "title" }] });
  });

  test("no example was left out", () => {
    expect(page.untried()).toEqual([]);
  });
});
