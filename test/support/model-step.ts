import type { Assignment, ProjectRef, Report } from "#engine/agent/agent.ts";
import {
  type Account,
  type Budget,
  FULL_BUDGET,
  hasRoom,
  type Ledger,
  tokensOf,
} from "#engine/agent/budget.ts";

/** A project with a test command and two listed commands, one of which goes live. */
export const PROJECT: ProjectRef = {
  id: "6f1f3f0e-0000-4000-8000-000000000001",
  name: "billing",
  repository: "/srv/billing",
  branch: null,
  testCommand: "npm test",
  commands: { lint: "npm run lint", ship: "npm run build && ./bin/deploy --production", mark: "git tag v2" },
};

/** An assignment for a coder's step; `changes` replace what a test is about. */
export function modelStep(changes: Partial<Assignment> = {}): Assignment {
  return {
    workspaceId: "T01LOCAL",
    runId: "run-1",
    goal: {
      id: "goal-1",
      number: 14,
      text: "Add a health check to billing",
      requirements: ["answers in 50 ms"],
      requestedBy: "U01ALICE",
    },
    project: PROJECT,
    branch: "countersign/g14",
    step: {
      key: "write",
      title: "Write the check",
      agent: { kind: "model", role: "coder" },
      instructions: "Write GET /health.",
      after: [],
      acceptance: ["GET /health answers 200"],
      risk: "low",
      effects: [],
      timeoutMs: 300_000,
    },
    attempt: 1,
    lease: "lease-1",
    inputs: [],
    skipped: [],
    parameters: {},
    guidance: [],
    answer: null,
    checkpoint: null,
    ...changes,
  };
}

/** A report that keeps the notes. */
export function keptNotes(): { readonly notes: string[]; readonly report: Report } {
  const notes: string[] = [];
  return { notes, report: { note: (text) => notes.push(text), processStarted: async () => undefined } };
}

/** A ledger in memory that keeps to the port's promises; one goal is enough for a test. */
export function createLedger(start: Budget = FULL_BUDGET) {
  let budget = start;
  const accounts: Account[] = [];
  const ledger: Ledger = {
    startCall: async (account) => {
      accounts.push(account);
      if (!hasRoom(budget)) return { granted: false, budget };
      budget = { ...budget, calls: budget.calls + 1 };
      return { granted: true, budget };
    },
    spend: async (_account, usage) => {
      budget = { ...budget, tokens: budget.tokens + tokensOf(usage) };
      return budget;
    },
    raise: async (_account, allowance) => {
      budget = { ...budget, allowance: Math.max(budget.allowance, allowance) };
      return budget;
    },
  };
  return { ledger, accounts, budget: () => budget };
}
