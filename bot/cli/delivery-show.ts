import type { Command } from "commander";
import { type AttemptRow, type DeliveryRow, deliveryStory } from "#db/delivery-list.ts";
import { deliveryOf, lastOf, placeOf, stateOf, toAttempt, toDelivery } from "./delivery-words.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace } from "./options.ts";
import { print, table, timeOf } from "./print.ts";

/** `delivery show`: each try, what the far side answered, and the bytes that are sent. */
export function addDeliveryShow(delivery: Command, operator: Operator): void {
  inWorkspace(delivery.command("show"))
    .description("Show a delivery: each try with its answer, and what is sent")
    .argument("<delivery>", "its id, or its first letters as delivery list shows them")
    .action((name: string, options: Common) =>
      inOffice(operator, options, async (office) => {
        const row = await deliveryOf(office, name);
        const { body, attempts } = await deliveryStory(office.sql, row);
        print(operator, options, {
          value: { ...toDelivery(row), body, tries: attempts.map(toAttempt) },
          lines: [...headOf(row), "", ...triesOf(attempts), "", "What is sent:", `  ${body}`],
        });
      }),
    );
}

function headOf(row: DeliveryRow): readonly string[] {
  const { id, event, url, createdAt, nextAt, doneAt } = row;
  return [
    `${event} to ${placeOf(url)} · ${stateOf(row)}`,
    `Delivery ${id}, queued at ${timeOf(createdAt)}`,
    ...(nextAt ? [`Tried next at ${timeOf(nextAt)}`] : []),
    ...(doneAt ? [`Ended at ${timeOf(doneAt)}`] : []),
    ...(row.offReason === null ? [] : [lastOf({ ...row, state: "failed" })]),
  ];
}

const triesOf = (attempts: readonly AttemptRow[]): readonly string[] =>
  attempts.length === 0
    ? ["It was not tried yet."]
    : table(
        attempts.map(({ number, at, tookMs, status, error, answer }) => [
          ...[String(number).padStart(3), timeOf(at), `${tookMs} ms`, status === null ? "-" : String(status)],
          [error ?? "taken", ...(answer ? [`Answer: ${answer}`] : [])].join(" "),
        ]),
      );
