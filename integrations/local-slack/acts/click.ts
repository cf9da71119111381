import { z } from "zod";
import { Chosen, heldBy, initialValues, isField, optionOf, type Placed, usableIn } from "../elements.ts";
import { PersonError } from "../failure.ts";
import { actingPerson } from "../people.ts";
import type { Slack } from "../slack.ts";
import type { Person, Values, View } from "../state/records.ts";
import { openModal, replaceView } from "../state/views.ts";
import { senderOf, sendOnce } from "./interaction.ts";
import { newResponseUrl } from "./response-url.ts";
import { blocksOf, type Surface, surfaceFor, typedKey } from "./surface.ts";

/** A click, or a choice. `value` tells apart what has the same ids, and is what is chosen. */
export const Click = z.strictObject({
  user: z.string(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  view_id: z.string().optional(),
  block_id: z.string().optional(),
  action_id: z.string(),
  value: Chosen.optional(),
});
type Click = z.infer<typeof Click>;

/** `view` is the modal that is there after the click and was not before. */
export type ClickAnswer = { readonly ack_ms: number; readonly view?: View };

/** Clicks; a confirmation counts as given. Throws PersonError: 404 without such an element, 409 where it cannot be seen. */
export async function click(slack: Slack, wanted: Click): Promise<ClickAnswer> {
  const person = actingPerson(slack, wanted.user);
  const surface = surfaceFor(slack, person, wanted);
  const placed = find(usableIn(blocksOf(surface)), wanted);
  refuseHidden(placed, person);
  const values = choose(slack, person, surface, placed, wanted.value ?? null);
  if (!sendsActions(placed)) return { ack_ms: 0 };
  const before = openModal(slack.state, person.id);
  const payload = {
    type: "block_actions",
    ...senderOf(person),
    trigger_id: slack.triggers.create(person.id),
    ...describe(slack, person, surface, values),
    actions: [{ ...toAction(placed, wanted.value ?? null), action_ts: slack.state.nextTs() }],
  };
  const { ackMs } = await sendOnce(
    slack,
    { type: "interactive", payload },
    (code) => `This did not work: ${code}. Try it again.`,
  );
  const after = openModal(slack.state, person.id);
  const isNew = after !== undefined && (after.id !== before?.id || after.hash !== before.hash);
  return isNew ? { ack_ms: ackMs, view: after } : { ack_ms: ackMs };
}

function find(placed: readonly Placed[], wanted: Click): Placed {
  const found = placed.filter(
    ({ element, blockId }) =>
      element.action_id === wanted.action_id &&
      (wanted.block_id === undefined || wanted.block_id === blockId) &&
      (wanted.value === undefined || keepsChoice(element.type) || valuesOf(element).includes(wanted.value)),
  );
  const [first] = found;
  if (first === undefined) {
    const there = placed.map(({ element }) => element.action_id).join(", ") || "nothing";
    throw new PersonError(
      404,
      "no_such_element",
      `There is no ${wanted.action_id} to click; there is: ${there}.`,
    );
  }
  if (new Set(found.map(({ element }) => JSON.stringify(valuesOf(element)))).size === 1) return first;
  const blocks = found.map(({ blockId }) => blockId).join(", ");
  throw new PersonError(
    400,
    "ambiguous",
    `${wanted.action_id} is in several blocks (${blocks}): add block_id or value.`,
  );
}

/** Two feedback buttons share one action_id. */
function valuesOf(element: Placed["element"]): unknown[] {
  if (element.type !== "feedback_buttons") return [element["value"]];
  return [element["positive_button"], element["negative_button"]].map(
    (button) => z.object({ value: z.string() }).parse(button).value,
  );
}

function keepsChoice(type: string): boolean {
  return isField({ type }) || type === "overflow";
}

function refuseHidden({ element }: Placed, person: Person): void {
  const seenBy = z.array(z.string()).optional().parse(element["visible_to_user_ids"]);
  if (seenBy === undefined || seenBy.includes(person.id)) return;
  throw new PersonError(409, "not_visible", `${person.name} does not see ${element.action_id}.`);
}

/** A field of an `input` block is sent with its form, unless the app wants to hear of it at once. */
function sendsActions(placed: Placed): boolean {
  return placed.blockType !== "input" || placed.dispatches;
}

/** Keeps what was chosen, and gives all that the fields around it hold. */
function choose(slack: Slack, person: Person, surface: Surface, placed: Placed, chosen: Chosen): Values {
  const { element, blockId } = placed;
  const before =
    surface.kind === "view"
      ? surface.view.state.values
      : (slack.typed.get(typedKey(person, surface.channel, surface.message)) ?? {});
  const values = initialValues(blocksOf(surface), before);
  if (!isField(element) || element.action_id === undefined) return values;
  const held = { ...values[blockId], [element.action_id]: heldBy(element, chosen) };
  const after = { ...values, [blockId]: held };
  if (surface.kind === "view")
    replaceView(slack.state, person.id, { ...surface.view, state: { values: after } });
  else slack.typed.set(typedKey(person, surface.channel, surface.message), after);
  return after;
}

function toAction({ element, blockId }: Placed, chosen: Chosen): Record<string, unknown> {
  const { type, action_id } = element;
  const common = { type, action_id, block_id: blockId };
  if (isField(element)) return { ...common, ...heldBy(element, chosen) };
  if (type === "overflow") return { ...common, selected_option: optionOf(element, String(chosen)) };
  if (type === "feedback_buttons") return { ...common, value: chosen };
  const { text, value, style, url } = element;
  const known = Object.entries({ text, value, style, url }).filter(([, part]) => part !== undefined);
  return { ...common, ...Object.fromEntries(known) };
}

function describe(slack: Slack, person: Person, surface: Surface, values: Values): Record<string, unknown> {
  if (surface.kind === "view") {
    const view = { ...surface.view, state: { values } };
    return { container: { type: "view", view_id: view.id }, view };
  }
  const { channel, message, isEphemeral } = surface;
  const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
  const name = channel.kind === "direct" ? "directmessage" : channel.name;
  return {
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...thread,
    },
    channel: { id: channel.id, name },
    // Slack does not send the content of an ephemeral message back.
    ...(isEphemeral ? {} : { message }),
    state: { values },
    response_url: newResponseUrl(slack, { user: person.id, channel, ts: message.ts }),
  };
}
