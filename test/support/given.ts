import { expect } from "vitest";
import {
  applyToConsultation,
  type Consultation,
  type ConsultationFact,
  noConsultation,
} from "#engine/consultation/consultation.ts";
import { type ConsultationCommand, decideConsultation } from "#engine/consultation/decide.ts";
import type { RefusalCode } from "#engine/errors.ts";
import { Refusal } from "#engine/errors.ts";
import { apply } from "#engine/run/apply.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { decide } from "#engine/run/decide.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { type Instant, noRun, type Run } from "#engine/run/run.ts";

/** The moment of everything that does not say another one: 2026-01-02 at 12:00 UTC. */
export const NOON: Instant = Date.UTC(2026, 0, 2, 12);

/** A fact, and when it happened where that matters. */
export type Past<Fact> = Fact & { readonly at?: Instant };

/** A run to which these facts have happened, one after the other. */
export const runAfter = (...past: readonly Past<RunFact>[]): Run =>
  past.reduce((run, { at = NOON, ...fact }) => apply(run, fact as RunFact, at), noRun("r1", "T01LOCAL"));

/** A consultation to which these facts have happened. */
export const consultationAfter = (...past: readonly Past<ConsultationFact>[]): Consultation =>
  past.reduce(
    (before, { at = NOON, ...fact }) => applyToConsultation(before, fact as ConsultationFact, at),
    noConsultation("c1", "T01LOCAL"),
  );

/** A rule as a sentence: given what happened to a run, when this is asked, then that follows. */
export const given = (...past: readonly Past<RunFact>[]) => ({
  when: (command: RunCommand, at: Instant = NOON) =>
    outcomeOf(
      () => decide(runAfter(...past), command, at),
      (facts) => facts.reduce((run, fact) => apply(run, fact, at), runAfter(...past)),
    ),
});

/** The same for a question. */
export const givenConsultation = (...past: readonly Past<ConsultationFact>[]) => ({
  when: (command: ConsultationCommand, at: Instant = NOON) =>
    outcomeOf(
      () => decideConsultation(consultationAfter(...past), command, at),
      (facts) =>
        facts.reduce((before, fact) => applyToConsultation(before, fact, at), consultationAfter(...past)),
    ),
});

function outcomeOf<Fact, State>(decided: () => readonly Fact[], after: (facts: readonly Fact[]) => State) {
  return {
    /** Exactly these facts, in this order. */
    gives: (...facts: readonly Fact[]) => expect(decided()).toEqual(facts),
    /** Refused with this code and, where it matters, with words that tell the person what is wrong. */
    refused(code: RefusalCode, words: string | RegExp = /\S/) {
      expect(decided).toThrow(Refusal);
      expect(decided).toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }));
    },
    /** What the state is then. */
    leadsTo: (): State => after(decided()),
  };
}
