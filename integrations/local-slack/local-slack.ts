import type { Server } from "node:http";
import { Hono } from "hono";
import { responseRoutes } from "./acts/response-url.ts";
import { createEvents } from "./app/events.ts";
import { createLine } from "./app/line.ts";
import { createSockets } from "./app/sockets.ts";
import { createTriggers } from "./app/triggers.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Credentials, readCredentials } from "./credentials.ts";
import { type Grants, readGrants } from "./manifest.ts";
import { pageRoutes } from "./page/routes.ts";
import { refuseForeign } from "./script-api/guard.ts";
import { scriptRoutes } from "./script-api/routes.ts";
import type { Slack } from "./slack.ts";
import { openState, type State } from "./state.ts";
import { createFaults } from "./web-api/faults.ts";
import { createRates } from "./web-api/rates.ts";
import { webApiRoutes } from "./web-api/routes.ts";

/** A Slack of its own on this machine. It shares nothing with the app but HTTP and WebSockets. */
export type LocalSlack = {
  /** Everything below `/local`. */
  readonly routes: Hono;
  /** For the app: its tokens, and the secret with which requests to it are signed. */
  readonly credentials: Credentials;
  readonly state: State;
  /** Where the app listens, as `http://127.0.0.1:3000/slack/events`. What it has not taken yet goes there again. */
  setRequestUrl(url: string): void;
  /** Needed once, for Socket Mode and for the addresses that go to the app. */
  attach(server: Server): void;
  /** Lets everybody go who waits, and closes the file. */
  close(): void;
};

/** What it is made of. `requestUrl` may come later by `setRequestUrl`; `grants` are the manifest's unless given. */
export type LocalSlackNeeds = {
  /** A folder of its own: everything is kept there, credentials too. */
  readonly dir: string;
  readonly requestUrl?: string;
  readonly clock?: Clock;
  readonly grants?: Grants;
  /** Hears of what the app does wrong: unknown methods, refused blocks, missing acknowledgements. */
  readonly log?: (line: string) => void;
};

/** Opens what is kept in `dir`, or begins a new workspace there. Throws where its files are damaged. */
export async function createLocalSlack(needs: LocalSlackNeeds): Promise<LocalSlack> {
  const { dir, requestUrl, clock = systemClock, log = writeToStderr } = needs;
  const state = openState(dir, clock.nowMs);
  const credentials = readCredentials(dir);
  const grants = needs.grants ?? readGrants();
  const sockets = createSockets(clock, () => events.resume());
  const line = createLine({ requestUrl, signingSecret: credentials.signingSecret, sockets, clock });
  const events = createEvents({ state, clock, send: line.send, subscriptions: grants.events, log });
  const closing = new AbortController();
  let server: Server | undefined;
  const slack: Slack = {
    dir,
    state,
    clock,
    credentials,
    grants,
    send: line.send,
    events,
    triggers: createTriggers(clock),
    sockets,
    typed: new Map(),
    address: () => addressOf(server),
    log,
    closing: closing.signal,
  };
  if (requestUrl !== undefined) events.resume();
  return {
    routes: routesOf(slack),
    credentials,
    state,
    setRequestUrl(url) {
      line.setRequestUrl(url);
      events.resume();
    },
    attach(attached) {
      server = attached;
      attached.on("upgrade", (request, socket, head) => {
        if (!sockets.upgrade(request, socket, head) && attached.listenerCount("upgrade") === 1)
          socket.destroy();
      });
    },
    close() {
      closing.abort();
      events.close();
      line.close();
      sockets.close();
      state.close();
    },
  };
}

function routesOf(slack: Slack): Hono {
  const faults = createFaults();
  const rates = createRates(slack.clock);
  const reset = () => {
    slack.state.reset();
    slack.typed.clear();
    faults.clear();
    rates.clear();
  };
  const routes = new Hono();
  routes.use("/local", refuseForeign);
  routes.use("/local/*", async (c, next) =>
    // Behind these the app's token, a secret in the path, or the guessed id of an upload is asked for instead.
    c.req.path.startsWith("/local/slack/") ? await next() : await refuseForeign(c, next),
  );
  routes.route("/", webApiRoutes({ slack, faults, rates }));
  routes.route("/", responseRoutes(slack));
  routes.route("/", scriptRoutes({ slack, faults, reset }));
  routes.route("/", pageRoutes(slack));
  routes.onError((problem, c) => {
    slack.log(`local-slack: ${problem.stack ?? problem.message}`);
    return c.text("Something in local-slack is broken; its log says what.", 500);
  });
  return routes;
}

function addressOf(server: Server | undefined): string {
  const address = server?.address();
  if (address === null || address === undefined || typeof address === "string")
    throw new Error(
      "local-slack was attached to no listening server: call attach(server) before it is used.",
    );
  return `http://127.0.0.1:${address.port}`;
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
