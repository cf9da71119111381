import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { freePort } from "#test/support/e2e/processes.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { runExample } from "#test/support/run-example.ts";
import { CALLBACK_SECRET } from "#test/support/signed-callback.ts";
import { Agent, type AgentOptions, type Ending, type Resumed } from "../../sdk/src/agent.ts";
import { CountersignClient } from "../../sdk/src/client.ts";
import { checkpointState } from "../../sdk/src/workflow-state.ts";

vi.setConfig({ testTimeout: 90_000 });
const GENERAL = "C01GENERAL";
const staged = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });

type State = { readonly asked: number; readonly heard: readonly string[] };

/** Asks so many questions, one after the other, and then says what it heard. */
class Curious extends Agent<number, State> {
  readonly ran: string[] = [];

  protected override async run(workflowId: string, questions: number): Promise<Ending> {
    this.ran.push("run");
    return this.#next(workflowId, { asked: 0, heard: [] }, questions);
  }

  protected override async resumeFromCheckpoint(workflowId: string, state: Resumed<State>): Promise<Ending> {
    const { asked, heard, human_response: said, outcome } = state;
    this.ran.push(`resumed after ${asked}`);
    const now = { asked, heard: [...heard, said?.decision ?? outcome] };
    return this.#next(workflowId, now, outcome === "responded" ? 2 : 0);
  }

  #next(workflowId: string, { asked, heard }: State, questions: number): Promise<Ending> | Ending {
    if (asked >= questions) return this.done("deployment.completed", { heard });
    return this.pause(workflowId, {
      title: `Question ${asked + 1} of ${workflowId}`,
      timeout_minutes: 60,
      state: { asked: asked + 1, heard },
    });
  }
}

async function curious(more: Partial<AgentOptions> = {}) {
  const { app, key } = staged();
  const client = new CountersignClient({ url: app.url, key: await key({ scopes: ["ask", "events"] }) });
  return { client, agent: new Curious({ client, name: "curious", ...more }) };
}

function requestOf(ending: Ending): string {
  if (ending.status !== "paused") throw new Error("It did not pause.");
  return ending.request_id;
}

async function approve(like: string): Promise<void> {
  const { people } = staged();
  await people.presses("U02BOB", await people.card(GENERAL, new RegExp(like)), "Approve");
}

const heardOf = async (client: CountersignClient, workflow: string) =>
  (await client.events.list({ workflow_id: workflow })).items.map(({ data }) => data["heard"]);

test("it pauses twice on its way, each time from where it was; the state and its story are kept", async () => {
  const { client, agent } = await curious();
  const first = requestOf(await agent.start("wf-two", 2));
  await approve("Question 1 of wf-two");
  expect(await agent.resumeWhenAnswered(first)).toBe("resumed");
  const [second] = (await client.requests.list({ workflow_id: "wf-two", state: ["pending", "notified"] }))
    .items;
  await approve("Question 2 of wf-two");
  // Another process, that knows nothing: all there is lies with Countersign.
  const other = new Curious({ client, name: "curious" });
  expect(await other.resumeWhenAnswered(second?.id ?? "")).toBe("resumed");
  expect([agent.ran, other.ran]).toEqual([["run", "resumed after 1"], ["resumed after 2"]]);
  expect(await heardOf(client, "wf-two")).toEqual([["approve", "approve"]]);
  const kept = await client.checkpoints.get("wf-two", second?.checkpoint_id ?? "");
  expect(kept).toMatchObject({
    consumed_at: expect.any(String),
    state_data: { asked: 2, heard: ["approve"] },
  });
  expect(kept?.event_history).toMatchObject([{ what: "paused" }, { what: "responded" }, { what: "paused" }]);
});

test("a checkpoint that was used is not gone on from again", async () => {
  const { client, agent } = await curious();
  const id = requestOf(await agent.start("wf-once", 1));
  await approve("Question 1 of wf-once");
  expect(await agent.resumeWhenAnswered(id)).toBe("resumed");
  expect(await agent.resumeWhenAnswered(id)).toBe("already processed");
  expect(agent.ran).toEqual(["run", "resumed after 1"]);
  expect(await client.checkpoints.get("wf-once", "cp-none")).toBeNull();
});

test("nobody answered in time, or the question was taken back: it goes on and knows why", async () => {
  const { client, agent } = await curious();
  const late = requestOf(await agent.start("wf-late", 1));
  staged().clock.advance(61 * 60_000);
  expect(await agent.resumeWhenAnswered(late)).toBe("resumed");
  expect(await heardOf(client, "wf-late")).toEqual([["timed_out"]]);

  const back = requestOf(await agent.start("wf-back", 1));
  await client.requests.cancel(back, "no need");
  expect(await agent.resumeWhenAnswered(back)).toBe("resumed");
  expect(await heardOf(client, "wf-back")).toEqual([["cancelled"]]);
});

test("a state of an older shape is refused, unless the agent says how to read it", async () => {
  const { client, agent } = await curious();
  const id = requestOf(await agent.start("wf-old", 1));
  await approve("Question 1 of wf-old");
  const newer = new Curious({ client, name: "curious", schemaVersion: 2 });
  await expect(newer.resumeWhenAnswered(id)).rejects.toThrow(/reads states of version 2, and this one has 1/);
  class Reader extends Curious {
    protected override upgrade(state: unknown): State {
      return { ...(state as State), asked: 7 };
    }
  }
  const reader = new Reader({ client, name: "curious", schemaVersion: 2 });
  expect(await reader.resumeWhenAnswered(id)).toBe("resumed");
  expect(reader.ran).toEqual(["resumed after 7"]);
});

/** Finds other words each time, as a model does. */
class Wordy extends Agent<string, State> {
  words = 0;

  protected override async run(workflowId: string, title: string): Promise<Ending> {
    this.words += 1;
    return this.pause(workflowId, {
      title: `${title}, said ${this.words} times`,
      state: { asked: this.words, heard: [] },
    });
  }

  protected override async resumeFromCheckpoint(_: string, { asked }: Resumed<State>): Promise<Ending> {
    this.words += 1;
    return this.done("deployment.completed", { heard: [asked, this.words] });
  }
}

/** States that lie with Countersign, of a process that dies before it marks one as used. */
const dyingStates = (client: CountersignClient) => ({
  ...checkpointState(client, "wordy"),
  consume: async () => Promise.reject(new Error("killed")),
});

test("what a repeat says in other words was said: one question, one event", async () => {
  const { client } = await curious();
  const all = Array.from({ length: 4 }, () => new Wordy({ client, name: "wordy" }));
  for (const [i, one] of all.entries()) one.words = i * 10;
  const ids = (await Promise.allSettled(all.map((one) => one.start("wf-wordy", "Wordy")))).flatMap((ended) =>
    ended.status === "fulfilled" ? [requestOf(ended.value)] : [],
  );
  expect(new Set(ids).size).toBe(1);
  expect((await client.requests.list({ workflow_id: "wf-wordy" })).items).toHaveLength(1);
  await approve("Wordy, said");
  const dying = new Wordy({ client, name: "wordy", states: dyingStates(client) });
  await expect(dying.resumeWhenAnswered(ids[0] ?? "")).rejects.toThrow("killed");
  const next = new Wordy({ client, name: "wordy" });
  next.words = 70;
  expect(await next.resumeWhenAnswered(ids[0] ?? "")).toBe("resumed");
  expect(await heardOf(client, "wf-wordy")).toMatchObject([[expect.any(Number), 1]]);
});

test("a stretch of work asks once; where asking was refused, it may ask again in better words", async () => {
  class Twice extends Wordy {
    protected override async run(workflowId: string, title: string): Promise<Ending> {
      await this.pause(workflowId, { title: "", state: { asked: 0, heard: [] } }).catch(() => null);
      const ending = await super.run(workflowId, title);
      await expect(super.run(workflowId, title)).rejects.toThrow(/pauses once/);
      return ending;
    }
  }
  const { client } = await curious();
  requestOf(await new Twice({ client, name: "twice" }).start("wf-twice", "Twice"));
  const { items } = await client.requests.list({ workflow_id: "wf-twice" });
  expect(items).toMatchObject([{ title: "Twice, said 1 times" }]);
});

test("one that is killed in the middle of going on is called again, and publishes once", async () => {
  const { app, key } = staged();
  const apiKey = await key({ scopes: ["ask", "events"] });
  const client = new CountersignClient({ url: app.url, key: apiKey });
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "countersign-doomed-"));
  const program = new URL(import.meta.resolve("#test/support/resuming-agent.ts")).pathname;
  const start = (what: string) => {
    const running = runExample(
      [process.execPath, program, app.url, apiKey, CALLBACK_SECRET, String(port), folder, what],
      {},
    );
    onTestFinished(() => running.kill());
    return running;
  };
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dying = start("dies");
  await until(
    "the agent",
    async () => dying.said() === "ready\n",
    {},
    async () => dying.said(),
  );
  await checkpointState(client, "doomed").save("wf-doomed", "cp-1", {
    state: { n: 7 },
    history: [],
    schemaVersion: 1,
  });
  const { id } = await client.requests.create({
    ...{ title: "Question of wf-doomed", workflow_id: "wf-doomed", checkpoint_id: "cp-1" },
    ...{ callback_webhook: `http://127.0.0.1:${port}/resume`, callback_secret: CALLBACK_SECRET },
  });
  await approve("Question of wf-doomed");
  await dying.ended;
  const living = start("lives");
  await until(
    "the event",
    async () => (await client.events.list({ workflow_id: "wf-doomed" })).items.length > 0,
    {},
    async () => living.said(),
  );
  await expect.poll(async () => (await client.requests.get(id)).state, { timeout: 30_000 }).toBe("completed");
  expect((await client.events.list({ workflow_id: "wf-doomed" })).items).toMatchObject([
    { event_type: "code.approved", data: { n: 7 }, metadata: { agent_id: "doomed" } },
  ]);
});

test("a question may stay open for the longest time there is: its state is there when that is over", async () => {
  class Patient extends Curious {
    protected override async run(workflowId: string): Promise<Ending> {
      const state = { asked: 0, heard: [] };
      return this.pause(workflowId, { title: "Take your time", timeout_minutes: 43_200, state });
    }
  }
  const { client } = await curious();
  const agent = new Patient({ client, name: "patient" });
  const id = requestOf(await agent.start("wf-patient", 0));
  staged().clock.advance(30 * 86_400_000 + 3 * 86_400_000); // and callbacks are repeated for days
  expect(await agent.resumeWhenAnswered(id)).toBe("resumed");
  expect(await heardOf(client, "wf-patient")).toEqual([["timed_out"]]);
});
