/** Whole cents from a number that may have a fraction. */
export function toCents(amount) {
  if (!Number.isFinite(amount)) throw new TypeError(`Not an amount of money: ${amount}`);
  return Math.round(amount);
}

/** 123456 as "1,234.56". */
export function format(cents) {
  const sign = cents < 0 ? "-" : "";
  const whole = Math.trunc(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, "0");
  return `${sign}${String(whole).replace(/\B(?=(\d{3})+$)/g, ",")}.${rest}`;
}
