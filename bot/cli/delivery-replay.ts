import type { Command } from "commander";
import { replayDelivery } from "#db/delivery-replay.ts";
import { Refusal } from "#engine/errors.ts";
import { deliveryOf, placeOf } from "./delivery-words.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print } from "./print.ts";

/** `delivery replay`: the same bytes under the same id, once more. */
export function addDeliveryReplay(delivery: Command, operator: Operator): void {
  inWorkspace(delivery.command("replay"))
    .description("Send a delivery once more, under the same id; an address that was switched off is on again")
    .argument("<delivery>", "its id, or its first letters as delivery list shows them")
    .action((name: string, options: Common) =>
      inOffice(operator, options, async (office) => {
        const row = await deliveryOf(office, name);
        const replayed = await replayDelivery(office.sql, row);
        if (!replayed)
          throw new Refusal(
            "wrong_state",
            "Its subscription was deleted, so nothing is sent there any more.",
          );
        print(operator, options, {
          value: { id: row.id, replayed: true, was_off: replayed.wasOff },
          lines: [
            `${row.event} is sent to ${placeOf(row.url)} again, now. ./countersign delivery show ${row.id.slice(0, 8)} shows what comes of it.`,
            ...(replayed.wasOff === null ? [] : [`The address was off, and is on again: ${replayed.wasOff}`]),
          ],
        });
      }),
    );
}
