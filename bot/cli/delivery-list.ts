import type { Command } from "commander";
import { type DeliveryRow, listDeliveries } from "#db/delivery-list.ts";
import { lastOf, placeOf, stateOf, toDelivery } from "./delivery-words.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, oneOf } from "./options.ts";
import { print, timeOf } from "./print.ts";

const MOST = 100;
const STATES = ["waiting", "delivered", "failed"] as const;

type Options = Common & { readonly state?: DeliveryRow["state"]; readonly event?: string };

/** `delivery list`: what is sent to programs outside, newest first. */
export function addDeliveryList(delivery: Command, operator: Operator): void {
  inWorkspace(delivery.command("list"))
    .description(`List callbacks and events that are sent to programs, the newest ${MOST}`)
    .option("--state <state>", `only those in this state: ${STATES.join(", ")}`, oneOf(...STATES))
    .option("--event <name>", "only those of this event, such as request.responded")
    .action((options: Options) =>
      inOffice(operator, options, async ({ sql, workspaceId }) => {
        const { state, event } = options;
        const filter = { workspaceId, state, event };
        const rows = await listDeliveries(sql, filter, { most: MOST, after: null });
        print(operator, options, {
          value: rows.map(toDelivery),
          head: ["id", "event", "state", "tries", "to", "queued at", "last"],
          rows: rows.map((row) => [
            ...[`${row.id.slice(0, 8)}…`, row.event, stateOf(row), String(row.attempts), placeOf(row.url)],
            ...[timeOf(row.createdAt), lastOf(row)],
          ]),
          none: state || event ? "There is none like that." : "Nothing was sent yet.",
        });
      }),
    );
}
