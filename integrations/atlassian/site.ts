import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { toFailure } from "./failure.ts";
import { secretsOf } from "./tamed.ts";
import { limitTime } from "./time-limits.ts";

/** Where a project is written to, and with which account's token. */
export type Account = { readonly url: string; readonly username: string; readonly token: string };

/**
 * Gives calls to a site a time limit. What it returns does a call, and turns its failure into one of ours that holds no secret of the account.
 * Throws `OutsideRefusal` (`bad_account`) where the account can't be one.
 */
export function guardSite(system: "Jira" | "Confluence", { url, username, token }: Account) {
  const prefix = system.toUpperCase();
  if (!z.email().safeParse(username).success || token === "")
    throw new OutsideRefusal(
      system,
      "bad_account",
      `${system} can't be asked: ${prefix}_USERNAME must be the account's e-mail address, and ${prefix}_API_TOKEN a token of that account.`,
    );
  limitTime(url);
  const secrets = secretsOf({ username, token });
  return async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw toFailure(system, error, secrets);
    }
  };
}

/** What a system answered, in the shape that we rely on; another one is its trouble, not an error of ours. */
export function readAnswerOf<Out>(system: string, schema: z.ZodType<Out>, answer: unknown): Out {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw new OutsideFailure(system, `${system} gives an answer that can't be read`, { cause: read.error });
}
