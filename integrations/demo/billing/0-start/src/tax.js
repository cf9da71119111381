import { toCents } from "./money.js";

const PERCENT = { AT: 20, CH: 8.1, DE: 19, FR: 20 };

/** The tax on an amount, in cents. */
export function taxOn(cents, country) {
  const percent = PERCENT[country];
  if (percent === undefined) throw new RangeError(`No tax rate is known for "${country}"`);
  return toCents((cents * percent) / 100);
}
