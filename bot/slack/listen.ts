import type { App, BlockAction, SlackViewAction, ViewSubmitAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import type { Card } from "./blocks/card.ts";
import {
  type ActionName,
  actionPattern,
  type FormName,
  type MetadataOf,
  readMetadata,
  readValue,
  type ValueOf,
} from "./blocks/names.ts";
import { refusal } from "./blocks/private.ts";
import { withNames } from "./blocks/text.ts";
import type { Desk } from "./desk.ts";
import { toPrivateText } from "./failure.ts";
import { slackFailure } from "./slack-failure.ts";

/** A person's press on one of our buttons. */
export type Click<Name extends ActionName> = {
  readonly workspaceId: string;
  readonly person: string;
  readonly value: ValueOf<Name>;
  /** Derived from Slack's trigger: the same press comes twice under the same id. */
  readonly onceId: string;
  /** Where the card stands; null on the Home tab and in modals. */
  readonly channel: string | null;
  /** The `ts` of the card; null like its channel. */
  readonly card: string | null;
  /** Opens a modal while Slack still allows it: three seconds after the press. */
  open(view: ModalView): Promise<void>;
};

/** A person's sent form. */
export type Form<Name extends FormName> = {
  readonly workspaceId: string;
  readonly person: string;
  readonly metadata: MetadataOf<Name>;
  readonly values: unknown;
  readonly onceId: string;
};

/** What a form's listener says: nothing (the form closes), what is wrong by field, or a private word. */
export type FormReply = { readonly errors: Readonly<Record<string, string>> } | { readonly say: Card } | null;

/** A click or a form that has not been carried out by then is not acked: Slack shows the failure (design §5). */
const COMMIT_WITHIN_MS = 2_000;

export type Listening = ReturnType<typeof createListening>;

/** Registers what our buttons and forms do. Whatever a listener throws is told privately to whoever pressed. */
export function createListening(app: App, desk: Desk) {
  function onClick<Name extends ActionName>(
    name: Name,
    carryOut: (click: Click<Name>) => Promise<Card | null>,
  ): void {
    app.action<BlockAction>(actionPattern(name), async ({ ack, action, body, client }) => {
      const workspaceId = body.team?.id ?? "";
      const place = placeOf(body);
      try {
        const said = await inTime(
          carryOut({
            workspaceId,
            person: body.user.id,
            value: readValue(name, textOf(action)),
            onceId: `slack:${workspaceId}:${body.trigger_id}`,
            channel: place?.channel ?? null,
            card: cardOf(body),
            open: async (view) => {
              await client.views.open({ trigger_id: body.trigger_id, view });
            },
          }),
        );
        await ack();
        if (said) await tell(client, body.user.id, place, said);
      } catch (error) {
        if (!isAnswer(error)) throw error;
        await ack();
        await tell(client, body.user.id, place, await explain(desk, workspaceId, error));
      }
    });
  }

  function onForm<Name extends FormName>(
    name: Name,
    carryOut: (form: Form<Name>) => Promise<FormReply>,
  ): void {
    app.view<ViewSubmitAction>(name, async ({ ack, body, view, client }) => {
      const workspaceId = body.team?.id ?? "";
      const { values } = view.state;
      const onceId = `slack:${workspaceId}:${view.id}:${view.hash}`;
      const read = async () => readMetadata(name, view.private_metadata);
      const form = async () =>
        carryOut({ workspaceId, person: body.user.id, metadata: await read(), values, onceId });
      const reply = await inTime(form()).catch((error) => wrongIn(desk, workspaceId, values, error));
      if (reply !== null && "errors" in reply)
        return ack({ response_action: "errors", errors: { ...reply.errors } });
      await ack();
      if (reply !== null) await tell(client, body.user.id, null, reply.say);
    });
  }

  return { onClick, onForm };
}

/** A refusal stands under the form's first field; anything that can't be said to a person goes on. */
async function wrongIn(
  desk: Desk,
  workspaceId: string,
  values: Readonly<Record<string, unknown>>,
  error: unknown,
): Promise<FormReply> {
  if (!isAnswer(error)) throw error;
  const [firstField = ""] = Object.keys(values);
  const { people } = await desk.contexts.about(workspaceId, error.message);
  return { errors: { [firstField]: plainly(withNames(error.message, people)) } };
}

type Place = { readonly channel: string; readonly thread: string | undefined };

/** Slack sends no message along where a card that one person alone sees was pressed: its container says where it stands. */
function placeOf(body: BlockAction | SlackViewAction): Place | null {
  if (!("container" in body) || !body.channel) return null;
  const { thread_ts: ofContainer } = Container.parse(body.container);
  return { channel: body.channel.id, thread: body.message?.["thread_ts"] ?? ofContainer };
}

const cardOf = ({ container }: BlockAction): string | null => Container.parse(container).message_ts ?? null;

const Container = z.object({ thread_ts: z.string().optional(), message_ts: z.string().optional() });

function textOf(action: BlockAction["actions"][number]): string | undefined {
  if (action.type === "overflow" || action.type === "static_select") return action.selected_option?.value;
  return "value" in action && typeof action.value === "string" ? action.value : undefined;
}

/** What can be said to a person; anything else is a bug, or a commit that did not come about. */
export const isAnswer = (error: unknown): error is Refusal | OutsideFailure =>
  error instanceof Refusal || error instanceof OutsideFailure;

/** What a refusal or an outside failure says, as a private card. */
export async function explain(desk: Desk, workspaceId: string, error: unknown): Promise<Card> {
  const { text } = toPrivateText(error, desk.log);
  return refusal(text, await desk.contexts.about(workspaceId, text));
}

/** Shows a card to one person alone: where they pressed, else (or where we are not in that channel) in their direct messages with us. */
export async function tell(client: WebClient, user: string, place: Place | null, card: Card): Promise<void> {
  if (place && (await isShown(client, user, place, card))) return;
  const channel = (await client.conversations.open({ users: user })).channel?.id;
  if (channel === undefined) throw new OutsideFailure("slack", "Slack opened no direct message.");
  await show(client, user, { channel, thread: undefined }, card);
}

/** False where we are not in the channel: a goal is kept there until somebody invites us. */
async function isShown(client: WebClient, user: string, place: Place, card: Card): Promise<boolean> {
  try {
    await show(client, user, place, card);
    return true;
  } catch (error) {
    const failure = slackFailure(error);
    if ("code" in failure && OUTSIDE.has(failure.code)) return false;
    throw error;
  }
}

const OUTSIDE: ReadonlySet<string> = new Set(["not_in_channel", "channel_not_found"]);

const show = (client: WebClient, user: string, { channel, thread }: Place, { text, blocks }: Card) =>
  client.chat.postEphemeral({
    ...{ channel, user, text, blocks: [...blocks] },
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });

/** Rejects when the work takes longer than Slack can be kept waiting. The work itself goes on, and happens once. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Not committed in time, so not acked.")), COMMIT_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // after the race is lost, its end is nobody's answer any more
  }
}

/** A form's errors are plain text. */
const plainly = (text: string): string => text.replaceAll(/[`*]/g, "").replaceAll(/<#[^>]*>/g, "the channel");
