import { randomBytes } from "node:crypto";
import { z } from "zod";
import { checkView, type GivenView, VIEW_MOST_BYTES } from "./blocks/check-view.ts";
import { toSentence } from "./blocks/flaw.ts";
import { withIds } from "./blocks/walk.ts";
import { initialValues } from "./elements.ts";
import { invalidArguments, SlackError } from "./failure.ts";
import type { Slack } from "./slack.ts";
import { StoredBlock, type Values, type View } from "./state/records.ts";
import { APP } from "./state/seed.ts";
import { findView } from "./state/views.ts";

/** Where a new view stands among those that are open. */
export type Place = { readonly previous: View | undefined };

/** A new view as it is stored. Throws Slack's codes, and logs what is wrong with its blocks. */
export function newView(slack: Slack, given: unknown, place: Place): View {
  const view = readView(slack, given);
  refuseDoubleExternalId(slack, view, undefined);
  const id = `V${randomBytes(5).toString("hex").toUpperCase()}`;
  const fixed = {
    id,
    root_view_id: place.previous?.root_view_id ?? id,
    previous_view_id: place.previous?.id ?? null,
  };
  return complete(view, fixed, {});
}

/** A view in the place of another. What stands in fields that stay is kept. Throws Slack's codes. */
export function changedView(slack: Slack, before: View, given: unknown, hash: string | undefined): View {
  if (hash !== undefined && hash !== "" && hash !== before.hash) throw new SlackError("hash_conflict");
  const view = readView(slack, given);
  if (view.type !== before.type)
    throw invalidArguments([`must be a ${before.type} [json-pointer:/view/type]`]);
  refuseDoubleExternalId(slack, view, before);
  return complete(view, before, before.state.values);
}

function readView(slack: Slack, given: unknown): GivenView {
  if (JSON.stringify(given ?? null).length > VIEW_MOST_BYTES) throw new SlackError("view_too_large");
  const { view, flaws } = checkView(given);
  if (view !== undefined) return view;
  const sentences = flaws.map(toSentence);
  slack.log(`local-slack: invalid view: ${sentences.join("; ")}`);
  throw invalidArguments(sentences);
}

function refuseDoubleExternalId(slack: Slack, view: GivenView, before: View | undefined): void {
  const wanted = view.external_id ?? "";
  if (wanted === "") return;
  const other = findView(slack.state, (open) => open.external_id === wanted && open.id !== before?.id);
  if (other !== undefined) throw new SlackError("duplicate_external_id");
}

type Fixed = Pick<View, "id" | "root_view_id" | "previous_view_id">;

function complete(given: GivenView, fixed: Fixed, values: Values): View {
  const blocks = withIds(z.array(StoredBlock).parse(given.blocks));
  const { id, root_view_id, previous_view_id } = fixed;
  const common = {
    id,
    root_view_id,
    previous_view_id,
    team_id: APP.teamId,
    app_id: APP.appId,
    bot_id: APP.botId,
    blocks,
    private_metadata: given.private_metadata ?? "",
    callback_id: given.callback_id ?? "",
    external_id: given.external_id ?? "",
    hash: `${Date.now()}.${randomBytes(4).toString("hex")}`,
    state: { values: initialValues(blocks, values) },
  };
  if (given.type === "home")
    return { type: "home", clear_on_close: false, notify_on_close: false, ...common };
  const { title, submit, close, clear_on_close = false, notify_on_close = false } = given;
  return {
    type: "modal",
    title,
    ...(submit === undefined ? {} : { submit }),
    ...(close === undefined ? {} : { close }),
    clear_on_close,
    notify_on_close,
    ...common,
  };
}
