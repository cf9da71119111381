import { createHmac } from "node:crypto";
import type { Told } from "./state.ts";

/** Where Jira tells what happens, and the secret it signs with. */
export type Listener = { readonly url: string; readonly secret: string };

/** Keeps all that happened, and tells it to whoever listens, each once, in order. */
export function createWebhook() {
  const told: Told[] = [];
  const answers: number[] = [];
  let listener: Listener | undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    told,
    hear(event: Told): void {
      told.push(event);
      const to = listener;
      if (to) last = last.then(async () => void answers.push(await post(to, event, told.indexOf(event))));
    },
    listen(to: Listener | undefined): void {
      listener = to;
    },
    /** What the listener answered, once all was told; 0 where it did not. */
    async answers(): Promise<readonly number[]> {
      await last;
      return answers;
    },
  };
}

async function post({ url, secret }: Listener, event: Told, index: number): Promise<number> {
  const body = JSON.stringify(event);
  const headers = {
    "Content-Type": "application/json; charset=UTF-8",
    "User-Agent": "Atlassian Webhook HTTP Client",
    "X-Atlassian-Webhook-Identifier": `webhook-${index}`,
    "X-Atlassian-Webhook-Flow": "Primary",
    "X-Hub-Signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  };
  try {
    const response = await fetch(url, { method: "POST", headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
