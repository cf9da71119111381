import { OutsideRefusal } from "#engine/errors.ts";
import { ApiRefusal } from "../atlassian/failure.ts";
import type { Site } from "./client.ts";

/** A refusal in Confluence's name. */
export const refusal = (code: string, sentence: string, cause?: unknown): OutsideRefusal =>
  new OutsideRefusal("Confluence", code, sentence, { cause });

/** Whether it was refused with one of these. */
export const isRefused = (error: unknown, ...statuses: readonly number[]): error is ApiRefusal =>
  error instanceof ApiRefusal && statuses.includes(error.status);

/** Whether there is a page of that title in the space already, of anybody's. */
export const isTitleTaken = (error: unknown): boolean =>
  isRefused(error, 400, 409) && /same title|title already exists/i.test(error.messages.join(" "));

/** What to do about a right that our account does not have. */
export const noPermission = ({ settings }: Site, right: string, cause?: unknown): OutsideRefusal =>
  refusal(
    "no_permission",
    `Confluence does not let ${settings.username} ${right} in space ${settings.space}. Ask an admin of that space to allow it (Space settings → Users).`,
    cause,
  );

/** The page under which runs' pages are to stand is not there, or not in that space. */
export const parentGone = ({ settings }: Site, cause?: unknown): OutsideRefusal =>
  refusal(
    "parent_gone",
    `Confluence has no page ${settings.parent} in space ${settings.space} under which pages of runs could stand. Restore that page, or set \`confluence.parent\` for the project.`,
    cause,
  );
