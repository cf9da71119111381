import { z } from "zod";

const Body = z.record(z.string(), z.unknown());
const Messages = z.object({ messages: z.array(z.looseObject({ ts: z.string(), text: z.string() })) });
const Ephemerals = z.object({ ephemerals: z.array(z.looseObject({ ts: z.string(), text: z.string() })) });

/** What `/local/api` answered. */
type ScriptAnswer = { readonly status: number; readonly body: Record<string, unknown> };
type ScriptMessage = z.infer<typeof Messages>["messages"][number];

/** Acting as a person, through the JSON interface of a local-slack. */
export type SlackScript = {
  post(path: string, body: unknown): Promise<ScriptAnswer>;
  get(path: string): Promise<ScriptAnswer>;
  /** Of a channel, or of one of its threads. */
  messages(channel: string, threadTs?: string): Promise<ScriptMessage[]>;
  ephemerals(user: string, channel?: string): Promise<ScriptMessage[]>;
};

/** The script of the local-slack at this address. */
export function scriptFor(url: string): SlackScript {
  const get = async (path: string) => read(await fetch(`${url}/local/api/${path}`));
  return {
    get,
    post: async (path, body) =>
      read(
        await fetch(`${url}/local/api/${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      ),
    async messages(channel, threadTs) {
      const query = new URLSearchParams({
        channel,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
      return Messages.parse((await get(`messages?${query}`)).body).messages;
    },
    async ephemerals(user, channel) {
      const query = new URLSearchParams({ user, ...(channel === undefined ? {} : { channel }) });
      return Ephemerals.parse((await get(`ephemerals?${query}`)).body).ephemerals;
    },
  };
}

async function read(response: Response): Promise<ScriptAnswer> {
  return { status: response.status, body: Body.parse(await response.json()) };
}
