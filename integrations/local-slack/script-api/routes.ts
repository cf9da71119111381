import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Click, click } from "../acts/click.ts";
import { Close, close } from "../acts/close.ts";
import { openHome } from "../acts/home.ts";
import { Remove, remove, Say, say } from "../acts/say.ts";
import { runSlash, Slash } from "../acts/slash.ts";
import { Submit, submit } from "../acts/submit.ts";
import { PersonError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import { keptCalls } from "../state/calls.ts";
import { openModal } from "../state/views.ts";
import { Fault, type Faults } from "../web-api/faults.ts";
import { askedEphemerals, askedMessages, askedPerson, readBody } from "./reading.ts";
import { addChannel, addPerson, markRead, NewChannel, NewPerson, Read } from "./settings.ts";
import { stream } from "./stream.ts";

type Needs = { readonly slack: Slack; readonly faults: Faults; readonly reset: () => void };

const MOST_BYTES = 1024 * 1024;

/** What people do and see, as JSON for scripts, below `/local/api`. Errors are `{error, message}` with 400, 404 or 409. */
export function scriptRoutes(needs: Needs): Hono {
  const routes = new Hono();
  const onError = () => {
    throw new PersonError(400, "too_large", `A request has ${MOST_BYTES} bytes at most.`);
  };
  routes.use("/local/api/*", bodyLimit({ maxSize: MOST_BYTES, onError }));
  actRoutes(routes, needs.slack);
  lookRoutes(routes, needs.slack);
  settingRoutes(routes, needs);
  routes.all("/local/api/*", (c) => {
    throw new PersonError(404, "not_found", `There is no ${c.req.method} ${c.req.path} here.`);
  });
  routes.onError((problem, c) => answerError(problem, c, needs.slack));
  return routes;
}

function actRoutes(routes: Hono, slack: Slack): void {
  routes.post("/local/api/slash", async (c) => c.json(await runSlash(slack, await readBody(c, Slash))));
  routes.post("/local/api/message", async (c) => c.json(await say(slack, await readBody(c, Say))));
  routes.post("/local/api/click", async (c) => c.json(await click(slack, await readBody(c, Click))));
  routes.post("/local/api/submit", async (c) => c.json(await submit(slack, await readBody(c, Submit))));
  routes.post("/local/api/close", async (c) => c.json(await close(slack, await readBody(c, Close))));
  routes.post("/local/api/delete", async (c) => {
    remove(slack, await readBody(c, Remove));
    return c.json({});
  });
  routes.post("/local/api/read", async (c) => {
    markRead(slack, await readBody(c, Read));
    return c.json({});
  });
}

function lookRoutes(routes: Hono, slack: Slack): void {
  routes.get("/local/api/messages", (c) => c.json({ messages: askedMessages(c, slack) }));
  routes.get("/local/api/ephemerals", (c) => c.json({ ephemerals: askedEphemerals(c, slack) }));
  routes.get("/local/api/view", (c) =>
    c.json({ view: openModal(slack.state, askedPerson(c, slack).id) ?? null }),
  );
  routes.get("/local/api/home", async (c) =>
    c.json({ home: await openHome(slack, askedPerson(c, slack).id) }),
  );
  routes.get("/local/api/calls", (c) => c.json(keptCalls(slack.state)));
  routes.get("/local/api/stream", (c) => stream(c, slack));
}

function settingRoutes(routes: Hono, { slack, faults, reset }: Needs): void {
  routes.post("/local/api/people", async (c) => {
    const { id } = addPerson(slack, await readBody(c, NewPerson));
    return c.json({ id });
  });
  routes.post("/local/api/channels", async (c) => {
    const { id } = addChannel(slack, await readBody(c, NewChannel));
    return c.json({ id });
  });
  routes.post("/local/api/faults", async (c) => {
    faults.add(await readBody(c, Fault));
    return c.json({});
  });
  routes.post("/local/api/sockets/disconnect", (c) =>
    c.json({ asked: slack.sockets.disconnect("refresh_requested") }),
  );
  routes.post("/local/api/reset", (c) => {
    reset();
    return c.json({});
  });
}

function answerError(problem: Error, c: Context, slack: Slack): Response {
  if (problem instanceof PersonError)
    return c.json({ error: problem.code, message: problem.message }, problem.status);
  slack.log(`local-slack: ${problem.stack ?? problem.message}`);
  return c.json(
    { error: "internal", message: "Something in local-slack is broken; its log says what." },
    500,
  );
}
