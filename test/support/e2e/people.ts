import { expect } from "vitest";
import { z } from "zod";
import { type SlackScript, scriptFor } from "#test/support/slack-script.ts";
import { type Card, type Pressable, pressablesIn, toCard } from "./cards.ts";
import { until } from "./until.ts";

const View = z.looseObject({
  id: z.string(),
  callback_id: z.string().default(""),
  blocks: z.array(z.looseObject({ block_id: z.string().optional() })),
});
/** A modal, or a Home tab. */
export type View = z.infer<typeof View>;

const Call = z.looseObject({ method: z.string() });
const Clicked = z.object({ ack_ms: z.number(), view: View.optional() });
const Sent = z.object({ errors: z.record(z.string(), z.string()).optional() });
const Typed = z.object({ ack_ms: z.number(), response: z.unknown() });
const Reply = z.object({ text: z.string() });

/** What a field of a form is filled with, by its name. */
export type Filled = Readonly<Record<string, string | readonly string[] | null>>;

/** What people do and see in a local-slack, in their own words. */
export type SlackPeople = ReturnType<typeof peopleOf>;

/** The people of the local-slack at this address. What local-slack refuses to do is thrown. */
export function peopleOf(url: string) {
  const script = scriptFor(url);
  const looks = looksIn(script);
  const forms = new Map<string, Promise<unknown>>();

  async function act<Schema extends z.ZodType>(path: string, body: object, schema: Schema) {
    const { status, body: answer } = await script.post(path, body);
    if (status !== 200) throw new Error(`${path} was refused: ${JSON.stringify(answer)}`);
    return schema.parse(answer);
  }

  /** A modal that the press opened, if it opened one. What is pressed is the card as it stands there now. */
  async function press(user: string, card: Card, label: string | RegExp): Promise<View | undefined> {
    const { channel, ts, thread } = card;
    const now = (await looks.cards(channel, thread)).find((one) => one.ts === ts);
    const click = { user, channel, ts, ...toClick(pressableOf(now ?? card, label)) };
    const { status, body } = await script.post("click", click);
    // An edit gave its blocks new ids between the look and the press.
    if (body["error"] === "no_such_element") return press(user, card, label);
    if (status !== 200) throw new Error(`The press was refused: ${JSON.stringify(body)}`);
    return Clicked.parse(body).view;
  }

  /** What is wrong with the form by its fields; null where it was taken. */
  async function send(user: string, view: View, filled: Filled = {}) {
    const values = Object.fromEntries(
      Object.entries(filled).map(([field, value]) => [field, { [field]: value }]),
    );
    return (await act("submit", { user, view_id: view.id, values }, Sent)).errors ?? null;
  }

  return {
    script,
    act: (path: string, body: object) => act(path, body, z.unknown()),
    presses: press,
    sends: send,
    ...talkIn(act),
    ...looks,

    /** Presses a button that opens a form, and sends it filled in. One form at a time for each person. */
    fills(user: string, card: Card, label: string | RegExp, filled: Filled) {
      const fill = async () => {
        const view = await press(user, card, label);
        if (!view) throw new Error(`${label} opened no form.`);
        return send(user, view, filled);
      };
      const filling = (forms.get(user) ?? Promise.resolve()).then(fill);
      forms.set(
        user,
        filling.catch(() => undefined), // heard by whoever fills; the next one only waits for the end
      );
      return filling;
    },
  };
}

type Act = <Schema extends z.ZodType>(
  path: string,
  body: object,
  schema: Schema,
) => Promise<z.output<Schema>>;

function talkIn(act: Act) {
  return {
    /** Types a slash command; what the app answered privately, or null. */
    async types(user: string, channel: string, typed: string): Promise<string | null> {
      const [command = "", ...words] = typed.split(" ");
      const typing = { user, channel, command, text: words.join(" ") };
      const { response } = await act("slash", typing, Typed);
      return response === null ? null : Reply.parse(response).text;
    },
    /** Writes a message, in a thread where one is given. */
    async says(user: string, channel: string, text: string, thread?: string): Promise<void> {
      const place = thread === undefined ? {} : { thread_ts: thread };
      await act("message", { user, channel, text, ...place }, z.unknown());
    },
  };
}

function looksIn(script: SlackScript) {
  const cards = async (channel: string, thread?: string): Promise<readonly Card[]> =>
    (await script.messages(channel, thread)).map((message) => toCard(channel, message));
  const ephemerals = async (user: string, channel?: string): Promise<readonly Card[]> =>
    (await script.ephemerals(user, channel)).map((message) =>
      toCard(z.string().parse(message["channel"]), message),
    );
  const list = (all: readonly Card[]): string => all.map(({ shown }) => `\n--- ${shown}`).join("");

  return {
    cards,
    /** The messages of a thread without the one that it hangs on. */
    thread: async ({ channel, ts }: Card) => (await cards(channel, ts)).slice(1),

    /** The newest message that reads like this, once there is one: in the channel, or in that card's thread. */
    card: (channel: string, like: RegExp, under?: Card): Promise<Card> =>
      until(
        `a card like ${like}`,
        async () => (await cards(channel, under?.ts)).findLast((card) => like.test(card.shown)),
        {},
        async () => `There is: ${list(await cards(channel, under?.ts))}`,
      ),

    /** The same message as it is now, once it reads like this. */
    becomes: (card: Card, like: RegExp): Promise<Card> =>
      until(
        `${card.text} to become ${like}`,
        async () =>
          (await cards(card.channel, card.thread)).find(
            ({ ts, shown }) => ts === card.ts && like.test(shown),
          ),
        {},
        async () => `There is: ${list(await cards(card.channel, card.thread))}`,
      ),

    /** What this person alone was told, once it reads like this. */
    told: (user: string, like: RegExp, channel?: string): Promise<Card> =>
      until(
        `${user} to be told ${like}`,
        async () => (await ephemerals(user, channel)).findLast((card) => like.test(card.shown)),
        {},
        async () => `They were told: ${list(await ephemerals(user, channel))}`,
      ),
    ephemerals,

    /** The modal that lies on top for this person; undefined where none is open. */
    async form(user: string): Promise<View | undefined> {
      const { view } = z
        .object({ view: View.nullable() })
        .parse((await script.get(`view?user=${user}`)).body);
      return view ?? undefined;
    },
    async home(user: string): Promise<View> {
      return z.object({ home: View }).parse((await script.get(`home?user=${user}`)).body).home;
    },
    /** Every call of the Web API that Slack has received. */
    async calls(): Promise<readonly z.infer<typeof Call>[]> {
      return z.object({ calls: z.array(Call) }).parse((await script.get("calls")).body).calls;
    },
  };
}

/** The one thing on a card with this label; "Approve" is also "Approve: tag v1.2.3", and "Reject" is "Reject…". */
function pressableOf(card: Card, label: string | RegExp): Pressable {
  const fits = ({ label: own }: Pressable): boolean =>
    typeof label === "string"
      ? own === label || own === `${label}…` || own.startsWith(`${label}: `)
      : label.test(own);
  const found = card.pressables.filter(fits);
  const [first] = found;
  expect(found, `${label} among ${card.buttons.join(", ") || "no buttons"}`).toHaveLength(1);
  if (!first) throw new Error(`There is no ${label}.`);
  return first;
}

const toClick = ({ actionId, blockId, choice }: Pressable) => ({
  action_id: actionId,
  ...(blockId === undefined ? {} : { block_id: blockId }),
  ...(choice === undefined ? {} : { value: choice }),
});

/** Everything that can be pressed in a view. */
export const buttonsOf = ({ blocks }: View): readonly string[] =>
  pressablesIn(blocks).map(({ label }) => label);
