import type { System } from "#db/connections.ts";
import { optionsIn } from "../../sync/setting-options.ts";
import { NAME_OF } from "../../sync/system-names.ts";
import { type Card, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { inert } from "./text.ts";
import { dayTime } from "./times.ts";

/** What somebody has to mend. `sentence` may hold texts from outside. */
export type SyncTrouble = {
  readonly system: System;
  readonly project: { readonly id: string; readonly name: string };
  readonly goalNumber: number;
  readonly sentence: string;
  readonly ref: string;
  /** Where its settings are. */
  readonly where: "cli" | "settings";
  /** Nothing has to be pressed: it goes on by itself once that is mended. */
  readonly goesOnByItself: boolean;
};

const MOST_IN_SENTENCE = 900;

/** For whoever can mend it: what is wrong and what to do. Goals go on without it, and nothing is lost. */
export function syncTroubleCard(trouble: SyncTrouble): Card {
  const { system, project, goalNumber, ref, where, goesOnByItself } = trouble;
  const [name, called] = [NAME_OF[system], inert(project.name, 60)];
  const sentence = inert(trouble.sentence, MOST_IN_SENTENCE);
  const after = goesOnByItself
    ? "Then it goes on by itself, within five minutes."
    : `Then press Try again; g${goalNumber} waits for it.`;
  return toCard(`${name} needs you for ${called}: ${sentence} (ref ${ref})`, [
    section(
      `✋ *${name} needs you for ${called}*`,
      sentence,
      `${after} Goals go on meanwhile, and nothing is lost.`,
    ),
    actions(button("sync.retry", "Try again", { project: project.id, system })),
    words(
      `Settings are ${where === "cli" ? `options: \`${setLine(system, called, trouble.sentence)}\`` : `in countersign.yaml, under projects.${called}`}`,
      `ref ${ref}`,
    ),
  ]);
}

/** What an operator types to change what the sentence names. */
const setLine = (system: System, called: string, sentence: string): string =>
  inert(["./countersign", system, "set", called, ...optionsIn(sentence, system)].join(" "), 300).replaceAll(
    "`",
    "'",
  );

/** What becomes of it once it is mended or left out: one line stays, and what it was. `at`: milliseconds since 1970. */
export function syncMendedCard({
  system,
  project,
  sentence,
  ref,
  at,
}: Pick<SyncTrouble, "system" | "project" | "sentence" | "ref"> & { readonly at: number }): Card {
  const line = `✓ ${NAME_OF[system]} does not need you for ${inert(project.name, 60)} any more`;
  return toCard(line, [
    section(`${line} ${dayTime(at)}`),
    words(inert(sentence, MOST_IN_SENTENCE), `ref ${ref}`),
  ]);
}
