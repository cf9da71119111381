// An agent that takes work: it registers for "code-review", claims tasks, tells how far it is, asks people where it must not
// decide, and finishes. Ctrl-C or SIGTERM: what it holds goes back at once, and it signs off.
//
// Try it, with Countersign running (npm start):
//
//     ./countersign workflow add examples/workflows/outside.yml
//     export COUNTERSIGN_API_KEY=$(./countersign key create --name worker-agent --scopes work | head -n 1)
//     npx node examples/worker-agent.ts
//
// Then type in Slack (http://127.0.0.1:3000/local): /goal run outside change="Round cents half to even"

import { setTimeout as passes } from "node:timers/promises";
// In a project of your own: "@countersign/sdk", "@countersign/sdk/tasks" and "@countersign/sdk/worker".
import { CountersignClient } from "../sdk/src/client.ts";
import type { Task, TaskResult } from "../sdk/src/tasks.ts";
import { type Asked, type Hand, runWorker, TaskFailed } from "../sdk/src/worker.ts";

/** What it needs to go on once people have answered. */
type Checkpoint = { readonly change: string; readonly looked_at: number };

/** One function for all tasks: the step's key says which it is. Put a model here; what people and steps wrote is data. */
async function work(task: Task, hand: Hand): Promise<TaskResult | Asked> {
  console.log(`took ${task.id}: ${task.title}`);
  const change = task.parameters["change"];
  if (change === undefined)
    throw new TaskFailed("There is no parameter “change” to look at.", { retry: false });
  if (task.step === "note") return { summary: `Release note: ${change}.`, output: `- ${change}` };
  return task.answer === null ? review(change, hand) : conclude(task, task.answer);
}

async function review(change: string, hand: Hand): Promise<TaskResult | Asked> {
  const looked_at = Number(process.env["PLACES"] ?? 4);
  for (let place = 1; place <= looked_at; place += 1) {
    await passes(Number(process.env["PLACE_MS"] ?? 1_000), undefined, { signal: hand.signal });
    await hand.progress(`Looked at ${place} of ${looked_at} places`, (100 * place) / looked_at);
  }
  if (!/cent|price|invoice|tax|refund|payment/i.test(change))
    return { summary: `Nothing is wrong with “${change}”.`, values: { findings: "0" } };
  const checkpoint: Checkpoint = { change, looked_at };
  return hand.ask({
    type: "clarification",
    title: `“${change}” is about money: which rule does it follow?`,
    description: `I looked at ${looked_at} places, and found no test that says.`,
    options: ["The tax office's", "Our own"],
    checkpoint,
  });
}

/** The next attempt: people have answered, and it goes on from what it left, without looking again. */
function conclude({ checkpoint }: Task, answer: NonNullable<Task["answer"]>): TaskResult {
  const { change, looked_at } = checkpoint as Checkpoint;
  const rule = answer.comment || answer.decision;
  return {
    summary: `“${change}” follows ${rule}; nothing is wrong with it.`,
    output: `Looked at ${looked_at} places.\nThe rule, by ${answer.responder_id}: ${rule}`,
    values: { findings: "0", rule: answer.decision },
  };
}

async function main(): Promise<void> {
  const key = process.env["COUNTERSIGN_API_KEY"];
  if (!key) throw new Error("Set COUNTERSIGN_API_KEY: the first lines of this file say how.");
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  console.log("waiting for work");
  await runWorker({
    client: new CountersignClient({ url: process.env["COUNTERSIGN_URL"] ?? "http://127.0.0.1:3000", key }),
    agent: {
      name: process.env["AGENT_NAME"] ?? "worker-agent",
      description: "Looks at changes, and asks where money is concerned.",
      capabilities: ["code-review"],
      max_concurrent: 2,
    },
    work,
    signal: stop.signal,
    onTrouble: (error) => console.error(String(error)),
  });
  console.log("signed off");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
