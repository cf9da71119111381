import { expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { Agent, type Ending, type Resumed } from "../../sdk/src/agent.ts";
import { CountersignClient } from "../../sdk/src/client.ts";

vi.setConfig({ testTimeout: 120_000 });
const staged = useApiStage(await testDatabase());

type State = { readonly asked: number; readonly heard: readonly string[] };

/** Asks twice, each time in other words, and publishes what it heard, in other words too. */
class Asker extends Agent<null, State> {
  protected override async run(workflowId: string): Promise<Ending> {
    return this.#ask(workflowId, { asked: 1, heard: [] });
  }

  protected override async resumeFromCheckpoint(workflowId: string, state: Resumed<State>): Promise<Ending> {
    const { asked, human_response: said } = state;
    const heard = [...state.heard, `${asked}: ${said?.decision}`];
    if (asked < 2) return this.#ask(workflowId, { asked: asked + 1, heard });
    return this.done("deployment.completed", { heard, words: crypto.randomUUID() });
  }

  #ask(workflowId: string, state: State): Promise<Ending> {
    return this.pause(workflowId, { title: `Question ${state.asked}? ${crypto.randomUUID()}`, state });
  }
}

/** A fetch of a process that dies at its call with this number, before it is sent or once it is answered: then it is dead. */
function mortal(diesAt: number, when: "before" | "after") {
  let calls = 0;
  const death = new AbortController();
  const die = (): never => {
    death.abort(new Error("killed"));
    throw death.signal.reason;
  };
  const send: typeof fetch = async (...call) => {
    calls += 1;
    if (calls > diesAt || (calls === diesAt && when === "before")) return die();
    const response = await fetch(...call);
    if (calls < diesAt) return response;
    await response.text();
    return die();
  };
  return { send, signal: death.signal };
}

test.each(["before", "after"] as const)(
  "an agent that is killed %s any of its calls, and begun again, asks each question once and publishes once",
  async (when) => {
    const { app, key } = staged();
    const own = { url: app.url, key: await key({ scopes: ["ask", "events"] }) };
    const bob = new CountersignClient({
      url: app.url,
      key: await key({ scopes: ["respond"], person: "U02BOB" }),
    });
    const client = new CountersignClient(own);
    const questions = (workflow: string) => client.requests.list({ workflow_id: workflow });

    /** Goes all the way, and dies once on it where it makes so many calls. */
    async function killedAt(diesAt: number): Promise<boolean> {
      const workflow = `killed-${when}-${diesAt}`;
      const { send, signal } = mortal(diesAt, when);
      const dying = new Asker({
        client: new CountersignClient({ ...own, fetch: send, retries: 0 }),
        name: "asker",
      });
      const living = new Asker({ client, name: "asker" });
      const surely = async (step: (agent: Asker) => Promise<unknown>): Promise<void> => {
        if (!signal.aborted)
          await step(dying).catch((error: unknown) => {
            if (!signal.aborted) throw error;
          });
        if (signal.aborted) await step(living);
      };
      await surely((agent) => agent.start(workflow, null));
      for (const number of [1, 2]) {
        const { items } = await questions(workflow);
        expect(items.map(({ title }) => title.slice(0, 11))).toEqual(
          number === 1 ? ["Question 1?"] : ["Question 2?", "Question 1?"],
        );
        const id = items[0]?.id ?? "";
        await bob.requests.respond(id, { decision: "approve" });
        await surely((agent) => agent.resumeWhenAnswered(id, agent === dying ? { signal } : {}));
      }
      expect((await questions(workflow)).items).toHaveLength(2);
      const published = await client.events.list({ workflow_id: workflow });
      expect(published.items).toMatchObject([{ data: { heard: ["1: approve", "2: approve"] } }]);
      return signal.aborted;
    }

    let diesAt = 1;
    while (await killedAt(diesAt)) diesAt += 1;
    // start: look, save, ask. Each going on: wait, load, and look, save, ask or publish, and consume.
    expect(diesAt - 1).toBe(3 + 6 + 4);
  },
);
