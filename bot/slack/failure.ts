import { randomBytes } from "node:crypto";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import type { Logger } from "../logger.ts";

/**
 * What a person is told privately when what they did could not be done. They never see a stack trace: what is our fault
 * gets a reference, under which the log has the error.
 */
export function toPrivateText(error: unknown, log: Logger): { readonly text: string } {
  if (error instanceof Refusal) return { text: error.message };
  if (error instanceof OutsideFailure) {
    log.warn("an outside system kept somebody from what they wanted", { system: error.system, error });
    return { text: error.message };
  }
  const ref = randomBytes(3).toString("hex");
  log.error("something broke while somebody waited for an answer", { ref, error });
  return {
    text: `Something broke on our side. Try again; if it goes on, give this to whoever runs Countersign. (ref ${ref})`,
  };
}
