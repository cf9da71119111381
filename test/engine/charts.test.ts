import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyToConsultation } from "#engine/consultation/consultation.ts";
import { apply } from "#engine/run/apply.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Run } from "#engine/run/run.ts";
import { consultationAfter, NOON } from "#test/support/given.ts";
import { anyGame, play } from "#test/support/random-game.ts";
import { opened, settled } from "#test/support/sample-question.ts";

/** The arrows of the README's chart under this title, as "from --> to: fact". */
async function chartOf(title: string): Promise<ReadonlySet<string>> {
  const readme = await readFile(new URL("../../engine/README.md", import.meta.url), "utf8");
  const [, section = ""] = readme.split(`## ${title}\n`);
  const [, chart = ""] = section.split("```mermaid\n");
  const [arrows = ""] = chart.split("```");
  return new Set(arrows.split("\n").flatMap((line) => (line.includes(": ") ? [line.trim()] : [])));
}

/** Every change of a status in many games, of the run itself and of its steps. */
function arrowsOfGames() {
  const ofRuns = new Set<string>();
  const ofSteps = new Set<string>();
  const ofMany = new Set<string>();
  const see = (before: Run, fact: RunFact, after: Run) => {
    if (before.status !== after.status) ofRuns.add(`${before.status} --> ${after.status}: ${fact.type}`);
    for (const [i, step] of before.steps.entries()) {
      const to = after.steps[i]?.status ?? "gone";
      if (to !== step.status)
        ("key" in fact ? ofSteps : ofMany).add(`${step.status} --> ${to}: ${fact.type}`);
    }
  };
  for (const game of fc.sample(anyGame, { numRuns: 400, seed: 1 }))
    for (const { before, facts, at } of play(game))
      facts.reduce((run, fact) => {
        const after = apply(run, fact, at);
        see(run, fact, after);
        return after;
      }, before);
  return { ofRuns, ofSteps, ofMany };
}

test("the README's charts show what happens in games, no more and no less", async () => {
  const { ofRuns, ofSteps, ofMany } = arrowsOfGames();
  expect(ofRuns).toEqual(await chartOf("A run"));
  expect(ofSteps).toEqual(await chartOf("A step"));
  for (const arrow of ofMany)
    expect(arrow).toMatch(/--> (pending: steps\.reopened|cancelled: run\.(failed|cancelled))$/);
});

test("the README's chart of a consultation is true", async () => {
  const ends = [
    settled("approve"),
    { type: "consultation.expired" },
    { type: "consultation.withdrawn", reason: "x" },
  ] as const;
  const arrows = ends.map(
    (fact) => `open --> ${applyToConsultation(consultationAfter(opened()), fact, NOON).state}: ${fact.type}`,
  );
  expect(new Set(arrows)).toEqual(await chartOf("A consultation"));
});
