import { z } from "zod";
import type { Link } from "#db/links.ts";
import { type Adf, doc } from "#integrations/jira/adf.ts";
import type { Part } from "./desired-issues.ts";
import type { Milestone } from "./milestones.ts";

/** A comment: the milestones that it tells, on which issue. Its key is that of the first one. */
export type DesiredComment = {
  readonly key: `comment:${number}`;
  readonly on: Part;
  readonly seqs: readonly number[];
  readonly body: Adf;
};

/** What a comment's link keeps from before it is written: else nobody could write the same one again after a crash. */
export const ShownComment = z.object({
  on: z.templateLiteral(["step:", z.string()]).or(z.literal("run")),
  seqs: z.array(z.number().int()).min(1),
});

const RULE = { type: "rule" };

/** Comments that may have been written already: they are looked up before anything else is said on their issues. */
export const begunComments = (
  milestones: readonly Milestone[],
  links: ReadonlyMap<string, Link>,
): readonly DesiredComment[] =>
  comments(links).flatMap(({ link, on, seqs }) =>
    link.state === "making" ? [toComment(link.key as DesiredComment["key"], on, told(milestones, seqs))] : [],
  );

/**
 * Comments for what no comment tells yet, in order: one for each issue, however much has happened since somebody looked, for each
 * one mails the watchers.
 */
export function newComments(
  milestones: readonly Milestone[],
  links: ReadonlyMap<string, Link>,
): readonly DesiredComment[] {
  const said = new Set(comments(links).flatMap(({ seqs }) => seqs));
  const open = milestones.filter(({ seq }) => !said.has(seq));
  return [...Map.groupBy(open, ({ on }) => on)].map(([on, some]) =>
    toComment(`comment:${some[0]?.seq ?? 0}`, on, some),
  );
}

/** A link that has forgotten what it tells (an operator had it tried again) tells at least the fact in its key. */
const comments = (links: ReadonlyMap<string, Link>) =>
  [...links.values()].flatMap((link) => {
    const seq = Number(/^comment:(\d+)$/.exec(link.key)?.[1]);
    if (!Number.isInteger(seq)) return [];
    const shown = ShownComment.safeParse(link.shown).data ?? { on: null, seqs: [seq] };
    return [{ link, ...shown }];
  });

const told = (milestones: readonly Milestone[], seqs: readonly number[]): readonly Milestone[] =>
  milestones.filter(({ seq }) => seqs.includes(seq));

function toComment(
  key: DesiredComment["key"],
  on: Part | null,
  milestones: readonly Milestone[],
): DesiredComment {
  const blocks = milestones.flatMap(({ blocks: own }, i) => (i === 0 ? own : [RULE, ...own]));
  return {
    key,
    on: on ?? milestones[0]?.on ?? "run",
    seqs: milestones.map(({ seq }) => seq),
    body: doc(blocks),
  };
}
