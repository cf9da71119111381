import type { Run } from "#engine/run/run.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { numberOf, titleOf } from "./goal-words.ts";
import { inert } from "./text.ts";
import { clock } from "./times.ts";
import { mention, nameOf } from "./who.ts";

/** A Jira project as people speak of it. */
type Project = { readonly key: string; readonly site: string; readonly account: string };

/** Before the first write to a Jira project: what would be written there, as whom. `place`: what is let, by pressing. */
export function goAheadCard(
  asked: { readonly project: Project; readonly place: string; readonly run: Run; readonly what: string },
  { people, botName }: CardContext,
): Card {
  const { project, place, run, what } = asked;
  const line = `${inert(botName, 40)} would write to Jira project ${inert(project.key, 40)} for the first time`;
  const who = mention(run.brief?.requestedBy ?? "", people);
  return toCard(`${line}: may it?`, [
    section(
      `✋ ${who}, *${line}*`,
      `It would ${inert(what, 160, people)}, with comments and moves`,
      `On ${inert(project.site, 60)}, as ${inert(project.account, 80)}`,
    ),
    actions(button("jira.go-ahead", "Go on", { run: run.id, place }, { style: "primary" })),
    words(
      "The goal itself goes on meanwhile",
      "Any full member of this channel can say so, once for this Jira project",
    ),
  ]);
}

/** The same card once somebody has let us. */
export function letCard(
  given: { readonly project: Project; readonly by: string; readonly at: number; readonly run: Run },
  { people, botName }: CardContext,
): Card {
  const { project, by, at, run } = given;
  const name = `${inert(botName, 40)} write to Jira project ${inert(project.key, 40)}`;
  const line = `✓ ${nameOf(by, people)} let ${name} ${clock(at, run.requestedAt ?? at)}`;
  return toCard(line, [section(line), words(numberOf(run), titleOf(run))]);
}

/** The same card of a goal that was called off before anything was written. */
export function notNeededCard(
  { project, run }: { readonly project: Project; readonly run: Run },
  { botName }: CardContext,
): Card {
  const line = `– ${inert(botName, 40)} writes nothing to Jira project ${inert(project.key, 40)}: the goal was called off before`;
  return toCard(line, [section(line), words(numberOf(run), titleOf(run))]);
}
