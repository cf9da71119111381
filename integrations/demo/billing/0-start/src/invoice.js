import { toCents } from "./money.js";
import { taxOn } from "./tax.js";

/** Net, tax and total of an invoice, in cents. */
export function totalsOf({ country, lines }) {
  const net = lines.reduce((sum, line) => sum + netOf(line), 0);
  const tax = taxOn(net, country);
  return { net, tax, total: net + tax };
}

function netOf({ quantity, unitCents }) {
  return toCents(quantity * unitCents);
}
