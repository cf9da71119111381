import { z } from "zod";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { RunStory } from "../follower.ts";

/** How a run is shown: as one issue, as an epic with a story for each step, or not at all. */
export type Mode = "issue" | "epic" | "off";

/**
 * What we know of an issue that we wrote. `stands`: where we moved it last, null where we never did. `assigned`: the Slack id of whom
 * we gave it to. `isAdopted`: people made it, so that we describe, assign and close it as little as they would like us to.
 */
export const ShownIssue = z.object({
  mode: z.enum(["issue", "epic"]).default("issue"),
  isAdopted: z.boolean().default(false),
  isPlanned: z.boolean().default(true),
  summary: z.string().default(""),
  assigned: z.string().nullable().default(null),
  stands: z.enum(["new", "indeterminate", "done", "cancelled"]).nullable().default(null),
});
export type ShownIssue = z.infer<typeof ShownIssue>;

/** What a link's issue showed last; null where the link says nothing of it. */
export const shownIssue = (shown: unknown): ShownIssue | null => ShownIssue.safeParse(shown).data ?? null;

/** What the settings say for this run: saved workflows are epics, goals in words are issues. */
export const modeFor = ({ mode }: JiraSettings, { brief }: RunStory): Mode =>
  mode ?? (brief.workflow === null ? "issue" : "epic");

/** The issue of the connected Jira project that a goal's own words name, in capitals or not: "PAY-123". Null where they name none. */
export function namedIssue({ project }: JiraSettings, { brief }: RunStory): string | null {
  const named = new RegExp(`(?<![\\p{L}\\p{N}_-])${project}-([1-9]\\d{0,9})(?![\\p{L}\\p{N}_])`, "iu");
  const number = named.exec(brief.text)?.[1];
  return number === undefined ? null : `${project}-${number}`;
}

/** Whether there is anything to show yet: a plan, or the planner's trouble. */
export const hasBegun = ({ run }: RunStory): boolean => run.steps.length > 0 || run.planTrouble !== null;
