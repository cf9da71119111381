import {
  applyToConsultation,
  type Consultation,
  type ConsultationFact,
  consultationDueAt,
  noConsultation,
} from "./consultation/consultation.ts";
import { type ConsultationCommand, decideConsultation } from "./consultation/decide.ts";
import { jobsAfterConsultation, jobsAfterRun, type QueuedJob } from "./jobs.ts";
import { apply } from "./run/apply.ts";
import type { RunCommand } from "./run/commands.ts";
import { decide } from "./run/decide.ts";
import type { RunFact } from "./run/facts.ts";
import { dueAt } from "./run/retry.ts";
import { type Instant, noRun, type Run } from "./run/run.ts";

export type StreamKind = "run" | "consultation";
export type State = { readonly run: Run; readonly consultation: Consultation };
export type Command = { readonly run: RunCommand; readonly consultation: ConsultationCommand };
export type Fact = { readonly run: RunFact; readonly consultation: ConsultationFact };

/** What every kind of stream has: a beginning, rules, what facts do to it, and what they set going. */
export type Machine<K extends StreamKind> = {
  none(id: string, workspaceId: string): State[K];
  decide(before: State[K], command: Command[K], at: Instant): readonly Fact[K][];
  apply(before: State[K], fact: Fact[K], at: Instant): State[K];
  jobsAfter(after: State[K], facts: readonly Fact[K][]): readonly QueuedJob[];
  dueAt(state: State[K]): Instant | null;
};

/** All of them. A new kind of stream is a new line here, and a place for its rows in the store. */
export const MACHINES = {
  run: { none: noRun, decide, apply, jobsAfter: jobsAfterRun, dueAt },
  consultation: {
    none: noConsultation,
    decide: decideConsultation,
    apply: applyToConsultation,
    jobsAfter: jobsAfterConsultation,
    dueAt: consultationDueAt,
  },
} as const satisfies { readonly [K in StreamKind]: Machine<K> };
