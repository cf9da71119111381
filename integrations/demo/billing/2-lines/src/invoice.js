import { toCents } from "./money.js";
import { taxOn } from "./tax.js";

/** Net, tax and total of an invoice, in cents. Throws with the number of the line that is wrong. */
export function totalsOf({ country, lines }) {
  const net = lines.reduce((sum, line, i) => sum + netOf(line, i + 1), 0);
  const tax = taxOn(net, country);
  return { net, tax, total: net + tax };
}

function netOf({ quantity, unitCents }, number) {
  if (!(quantity > 0)) throw new RangeError(`Line ${number}: the quantity must be more than 0`);
  if (!Number.isInteger(unitCents)) throw new RangeError(`Line ${number}: the price must be whole cents`);
  return toCents(quantity * unitCents);
}
