import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { WebClient } from "@slack/web-api";
import { words } from "./sample-card.ts";

/** A small app behind local-slack, over real HTTP: enough behaviour to look at a page with. */
export type PageBot = {
  readonly url: string;
  /** Signed with the token of this local-slack; set before it is first used. */
  connect(apiUrl: string, token: string): void;
  readonly client: () => WebClient;
  /** Every interaction and command that came in, as its type and what was wanted. */
  readonly heard: readonly string[];
  close(): Promise<void>;
};

type Action = {
  readonly action_id: string;
  readonly value?: string;
  readonly selected_option?: { readonly value: string };
  readonly selected_users?: readonly string[];
};

type Values = Readonly<Record<string, Record<string, { readonly value?: string | null }>>>;

type Payload = {
  readonly type: string;
  readonly trigger_id: string;
  readonly user: { readonly id: string };
  readonly channel?: { readonly id: string };
  readonly message?: { readonly ts: string };
  readonly actions?: readonly Action[];
  readonly state?: { readonly values: Values };
  readonly view?: {
    readonly state: { readonly values: Values };
  };
};

type EventBody = { readonly event?: { readonly type: string; readonly user: string } };

function chosenIn(action: Action | undefined): string | undefined {
  return action?.value ?? action?.selected_option?.value ?? action?.selected_users?.join("+");
}

const FORM = {
  type: "modal" as const,
  title: words("A new goal"),
  submit: words("Start"),
  blocks: [
    {
      type: "input" as const,
      block_id: "goal",
      label: words("Goal"),
      element: { type: "plain_text_input" as const, action_id: "v" },
    },
    {
      type: "input" as const,
      block_id: "who",
      optional: true,
      label: words("Reviewers"),
      element: { type: "multi_users_select" as const, action_id: "v" },
    },
  ],
};

/** Answers `/goal help` privately, opens a form for `/goal`, leaves `/goal slow` alone, settles a card on a click on `approve`, greets on Home. */
export async function startPageBot(): Promise<PageBot> {
  const heard: string[] = [];
  let client: WebClient | undefined;
  const slack = () => {
    if (client === undefined) throw new Error("Call connect first.");
    return client;
  };

  async function command(form: URLSearchParams): Promise<unknown> {
    heard.push(`${form.get("command")} ${form.get("text")}`);
    if (form.get("text") === "slow") return undefined;
    if (form.get("text") === "help") return { text: "Try `/goal run release`" };
    await slack().views.open({ trigger_id: form.get("trigger_id") ?? "", view: FORM });
    return "";
  }
  async function interaction(payload: Payload): Promise<unknown> {
    const action = payload.actions?.[0];
    if (payload.type === "view_submission") {
      const goal = payload.view?.state.values["goal"]?.["v"]?.value ?? "";
      heard.push(`submit ${goal}`);
      if (goal.length < 4) return { response_action: "errors", errors: { goal: "Too short to be a goal." } };
      await slack().chat.postMessage({ channel: "C01GENERAL", text: `Goal: ${goal}` });
      return "";
    }
    const note = payload.state?.values["note"]?.["v"]?.value ?? "";
    heard.push(["click", action?.action_id, chosenIn(action), note].filter((word) => word).join(" "));
    if (action?.action_id === "slow") return undefined;
    const { channel, message, user } = payload;
    if (action?.action_id === "approve" && channel !== undefined && message !== undefined) {
      const settled = `✓ Approved by <@${user.id}>`;
      await slack().chat.update({ channel: channel.id, ts: message.ts, text: settled, blocks: [] });
    }
    return "";
  }

  async function home({ event }: EventBody): Promise<void> {
    if (event?.type !== "app_home_opened") return;
    heard.push(`home ${event.user}`);
    const blocks = [{ type: "section" as const, text: words(`Waiting for you, ${event.user}`) }];
    await slack().views.publish({ user_id: event.user, view: { type: "home", blocks } });
  }

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const form = new URLSearchParams(body);
    const payload = form.get("payload");
    if (request.headers["content-type"]?.includes("json") === true) {
      response.end();
      return await home(JSON.parse(body) as EventBody);
    }
    const answer = payload === null ? await command(form) : await interaction(JSON.parse(payload) as Payload);
    // Undefined is an app that does not answer: local-slack waits its three seconds.
    if (answer === undefined) return;
    response.setHeader("content-type", "application/json");
    return response.end(answer === "" ? "" : JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/slack/events`,
    connect(slackApiUrl, token) {
      client = new WebClient(token, { slackApiUrl, retryConfig: { retries: 0 }, timeout: 5000 });
    },
    client: slack,
    heard,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
