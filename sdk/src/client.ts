import { type Checkpoints, checkpointsOf } from "./checkpoints.ts";
import { type Goals, goalsOf, type Runs, runsOf } from "./goals.ts";
import { type Requests, requestsOf } from "./requests.ts";
import { type Agents, agentsOf, type Tasks, tasksOf } from "./tasks.ts";
import { type ClientOptions, createTransport } from "./transport.ts";
import { type PublishedEvents, publishedOf, type Webhooks, webhooksOf } from "./webhooks.ts";

export type { CallOptions, ClientOptions } from "./transport.ts";

/**
 * The API of a Countersign, in the words of its wire. Calls throw `CountersignError` with the server's code. A call that
 * fails in passing is tried again, POSTs under one Idempotency-Key, so that nothing happens twice.
 */
export class CountersignClient {
  readonly requests: Requests;
  readonly checkpoints: Checkpoints;
  readonly goals: Goals;
  readonly runs: Runs;
  readonly events: PublishedEvents;
  readonly webhooks: Webhooks;
  readonly agents: Agents;
  readonly tasks: Tasks;

  constructor(options: ClientOptions) {
    const transport = createTransport(options);
    this.requests = requestsOf(transport);
    this.checkpoints = checkpointsOf(transport);
    this.goals = goalsOf(transport);
    this.runs = runsOf(transport);
    this.events = publishedOf(transport);
    this.webhooks = webhooksOf(transport);
    this.agents = agentsOf(transport);
    this.tasks = tasksOf(transport);
  }
}
