import { Refusal } from "#engine/errors.ts";

/** A field that is wrong, by its path ("routing.recipients.0.email"), and what is wrong with it. */
export type WrongField = { readonly field: string; readonly detail: string };

/** Several fields that only a look outside could tell to be wrong. Its own sentence names the first. */
export class WrongFields extends Refusal {
  readonly errors: readonly WrongField[];

  constructor(errors: readonly [WrongField, ...WrongField[]]) {
    const [{ field, detail }, ...more] = errors;
    super("bad_input", `${field}: ${detail}${more.length > 0 ? ` (and ${more.length} more)` : ""}`);
    this.errors = errors;
  }
}

/** Refuses where anything is wrong, with all of it. */
export function refuseWrong([first, ...more]: readonly WrongField[]): void {
  if (first) throw new WrongFields([first, ...more]);
}
