import { z } from "zod";
import { PersonError } from "../failure.ts";
import { actingPerson } from "../people.ts";
import type { Slack } from "../slack.ts";
import { closeAll, closeView } from "../state/views.ts";
import { senderOf } from "./interaction.ts";
import { viewOf } from "./surface.ts";

/** A modal that somebody closes without sending it. */
export const Close = z.strictObject({ user: z.string(), view_id: z.string() });

/** Closes it, and tells the app where it asked to be told; the person does not wait for that to work. Throws PersonError. */
export async function close(
  slack: Slack,
  given: z.infer<typeof Close>,
): Promise<{ readonly ack_ms: number | null }> {
  const person = actingPerson(slack, given.user);
  const view = viewOf(slack, person, given.view_id);
  if (view.type === "home") throw new PersonError(400, "bad_input", "A Home cannot be closed.");
  if (view.clear_on_close) closeAll(slack.state, person.id);
  else closeView(slack.state, person.id, view.id);
  if (!view.notify_on_close) return { ack_ms: null };
  const payload = { type: "view_closed", ...senderOf(person), view, is_cleared: view.clear_on_close };
  const ack = await slack.send({ type: "interactive", payload });
  return { ack_ms: ack.kind === "acked" ? ack.ackMs : null };
}
