import { z } from "zod";
import { Chosen, heldBy, initialValues, isEmpty, type Placed, usableIn } from "../elements.ts";
import { PersonError } from "../failure.ts";
import { actingPerson } from "../people.ts";
import type { Slack } from "../slack.ts";
import type { Person, Values, View } from "../state/records.ts";
import { closeAll, closeView, openModal, replaceView } from "../state/views.ts";
import { changedView } from "../views.ts";
import { pushModal } from "../web-api/views.ts";
import { faultIn } from "./field-fault.ts";
import { obey, senderOf, sendOnce } from "./interaction.ts";
import { viewOf } from "./surface.ts";

/** A modal's form as somebody sends it: by block and action what was typed or chosen. */
export const Submit = z.strictObject({
  user: z.string(),
  view_id: z.string(),
  values: z.record(z.string(), z.record(z.string(), Chosen)).default({}),
});

/** `errors` by block, where the form stays open with them; `view` is the modal that is open then. */
export type SubmitAnswer = {
  readonly ack_ms: number;
  readonly errors?: Readonly<Record<string, string>>;
  readonly view?: View;
};

const Answer = z.discriminatedUnion("response_action", [
  z.object({ response_action: z.literal("errors"), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal("update"), view: z.unknown() }),
  z.object({ response_action: z.literal("push"), view: z.unknown() }),
  z.object({ response_action: z.literal("clear") }),
]);
type Answer = z.infer<typeof Answer>;

/** Sends a form. What Slack's own client would find wrong comes back without the app hearing of it. Throws PersonError. */
export async function submit(slack: Slack, given: z.infer<typeof Submit>): Promise<SubmitAnswer> {
  const person = actingPerson(slack, given.user);
  const view = topModal(slack, person, given.view_id);
  const values = fill(view, given.values);
  const filled = { ...view, state: { values } };
  replaceView(slack.state, person.id, filled);
  const faults = faultsIn(view, values);
  if (Object.keys(faults).length > 0) return { ack_ms: 0, errors: faults, view: filled };
  const payload = {
    type: "view_submission",
    ...senderOf(person),
    trigger_id: slack.triggers.create(person.id),
    view: filled,
    response_urls: [],
  };
  const { ackMs, body } = await sendOnce(
    slack,
    { type: "interactive", payload },
    (code) => `We had some trouble connecting (${code}). Try again?`,
  );
  const errors = obey(slack, () => follow(slack, person, filled, readAnswer(body)));
  const open = openModal(slack.state, person.id);
  return {
    ack_ms: ackMs,
    ...(errors === undefined ? {} : { errors }),
    ...(open === undefined ? {} : { view: open }),
  };
}

function topModal(slack: Slack, person: Person, viewId: string): View {
  const view = viewOf(slack, person, viewId);
  if (view.type === "home") throw new PersonError(400, "bad_input", "A Home has no form to send.");
  if (openModal(slack.state, person.id)?.id === view.id) return view;
  throw new PersonError(409, "not_visible", `Another modal lies on top of ${viewId}.`);
}

function fill(view: View, given: z.infer<typeof Submit>["values"]): Values {
  const placed = usableIn(view.blocks);
  const values = initialValues(view.blocks, view.state.values);
  for (const [blockId, actions] of Object.entries(given)) {
    for (const [actionId, chosen] of Object.entries(actions)) {
      const { element } = fieldAt(placed, blockId, actionId);
      values[blockId] = { ...values[blockId], [actionId]: heldBy(element, chosen) };
    }
  }
  return values;
}

function fieldAt(placed: readonly Placed[], blockId: string, actionId: string): Placed {
  const found = placed.find(({ element, blockId: id }) => id === blockId && element.action_id === actionId);
  if (found !== undefined) return found;
  const there = placed.map(({ element, blockId: id }) => `${id}.${element.action_id}`).join(", ");
  throw new PersonError(
    400,
    "no_such_field",
    `There is no field ${blockId}.${actionId}; there are: ${there}.`,
  );
}

function faultsIn(view: View, values: Values): Record<string, string> {
  const asked = usableIn(view.blocks).filter(({ blockType }) => blockType === "input");
  const faults = asked.flatMap(({ element, blockId, isOptional }) => {
    const held = values[blockId]?.[element.action_id ?? ""];
    if (isEmpty(held)) return isOptional ? [] : [[blockId, "Please complete this required field."]];
    const fault = faultIn(element, held);
    return fault === undefined ? [] : [[blockId, fault]];
  });
  return Object.fromEntries(faults);
}

function readAnswer(body: unknown): Answer | undefined {
  if (z.object({ response_action: z.unknown() }).safeParse(body).data?.response_action === undefined)
    return undefined;
  const answer = Answer.safeParse(body);
  if (answer.success) return answer.data;
  throw new PersonError(
    409,
    "invalid_response",
    `The app's answer makes no sense: ${z.prettifyError(answer.error)}`,
  );
}

/** Does what the app answered; gives the errors that it wants to be shown. */
function follow(
  slack: Slack,
  person: Person,
  view: View,
  answer: Answer | undefined,
): Record<string, string> | undefined {
  switch (answer?.response_action) {
    case undefined:
      closeView(slack.state, person.id, view.id);
      return undefined;
    case "clear":
      closeAll(slack.state, person.id);
      return undefined;
    case "errors":
      return known(view, answer.errors);
    case "update":
      replaceView(slack.state, person.id, changedView(slack, view, answer.view, undefined));
      return undefined;
    case "push":
      pushModal(slack, person.id, answer.view);
      return undefined;
  }
}

/** Errors belong to `input` blocks; Slack shows none of them where one does not. */
function known(view: View, errors: Record<string, string>): Record<string, string> {
  const inputs = usableIn(view.blocks).filter(({ blockType }) => blockType === "input");
  const strange = Object.keys(errors).find((id) => !inputs.some(({ blockId }) => blockId === id));
  if (strange === undefined && Object.keys(errors).length > 0) return errors;
  throw new PersonError(
    409,
    "invalid_response",
    `The app's errors name no input block: ${strange ?? "none at all"}.`,
  );
}
