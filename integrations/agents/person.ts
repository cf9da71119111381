import { z } from "zod";
import type { Agent, Assignment, Outcome } from "#engine/agent/agent.ts";
import type { Answer, Evidence, Question } from "#engine/consultation/question.ts";
import type { AgentSpec } from "#engine/run/plan.ts";
import { cleanText } from "../processes/output.ts";
import type { WorkspaceEvidence } from "../workspaces/evidence.ts";
import type { Workspaces } from "../workspaces/workspaces.ts";
import { DECISION } from "./approval.ts";
import { toEnd } from "./command.ts";
import { toSentence } from "./command-outcome.ts";

type Person = Extract<AgentSpec, { readonly kind: "person" }>;

/** The commit that a question was about; null where there is no repository. */
const Checkpoint = z.strictObject({ sha: z.string().nullable() });

/**
 * Puts steps of kind "person" to people, with the evidence of the run's branch; the answer ends the step. An approval is
 * for one commit: if the branch has moved since it was asked for, it is asked for again.
 */
export function createPersonAgent({ workspaces }: { readonly workspaces: Workspaces }): Agent {
  return async (assignment, _report, signal) => {
    const { agent } = assignment.step;
    if (agent.kind !== "person") throw new Error(`A person cannot do a ${agent.kind} step.`);
    try {
      return await askOrEnd(workspaces, assignment, agent);
    } catch (error) {
      return toEnd(error, signal);
    }
  };
}

async function askOrEnd(workspaces: Workspaces, assignment: Assignment, person: Person): Promise<Outcome> {
  const { project, runId, branch, answer } = assignment;
  if (answer && (answer.decision === "reject" || answer.decision === "request_changes"))
    return toRefused(answer);
  const workspace = project && !person.rehearsed ? await workspaces.open({ project, runId, branch }) : null;
  const evidence = workspace && (await workspaces.evidence(workspace));
  const sha = evidence?.head ?? null;
  if (!answer) return ask(assignment, person, evidence, person.why);
  const asked = Checkpoint.safeParse(assignment.checkpoint);
  const isSame = asked.success && asked.data.sha === sha;
  if (person.asks === "approval" && !isSame)
    return ask(assignment, person, evidence, movedSince(asked.data?.sha ?? null, sha, person.why));
  return toFinished(answer, sha);
}

function toFinished({ decision, by, note, alone }: Answer, sha: string | null): Outcome {
  const isApproval = decision === "approve";
  if (!isApproval && decision !== "done")
    return { kind: "failed", reason: `“${decision}” is no answer to this. Ask again.`, again: false };
  return {
    kind: "finished",
    output: {
      summary: isApproval ? `Approved${alone ? " alone by the requester" : ""}` : "Done",
      ...(note === "" ? {} : { text: note }),
      ...(sha === null ? {} : { commit: sha }),
      values: { [DECISION]: decision, by, ...(sha === null ? {} : { sha }) },
    },
  };
}

const toRefused = ({ decision, note }: Answer): Outcome => ({
  kind: "failed",
  reason: `${decision === "reject" ? "Rejected" : "Changes requested"}: ${note || "no reason was given"}`,
  again: false,
});

function ask(
  assignment: Assignment,
  person: Person,
  evidence: WorkspaceEvidence | null,
  why: string,
): Outcome {
  const { step } = assignment;
  const question: Question = {
    type: person.asks,
    what: person.what,
    ...(person.effect === undefined ? {} : { effect: person.effect }),
    why: why.slice(0, 2_000),
    risk: step.risk,
    evidence: person.rehearsed
      ? []
      : [...ofPeople(assignment), ...ofInputs(assignment), ...(evidence ? ofBranch(evidence) : [])],
    options: [],
    people: person.people,
    rehearsed: person.rehearsed,
  };
  return { kind: "asks", question, checkpoint: { sha: evidence?.head ?? null } };
}

const movedSince = (asked: string | null, now: string | null, why: string): string =>
  `This was approved for ${short(asked)}, but the branch has moved to ${short(now)} since. Please look again. ${why}`;

const short = (sha: string | null): string => sha?.slice(0, 10) ?? "another state";

/** What no agent did: it stands first, since nothing else on the card would give it away. */
function ofPeople({ inputs, skipped }: Assignment): readonly Evidence[] {
  const byHand = inputs
    .filter(({ output }) => output.values?.[DECISION] === "done")
    .map(({ title }) => title);
  return [["skipped", skipped] as const, ["done by hand", byHand] as const].flatMap(([how, titles]) =>
    titles.length === 0
      ? []
      : [{ kind: "line" as const, label: "Attention", text: `${how}: ${titles.join(", ")}`.slice(0, 500) }],
  );
}

/** The tests that ran last, and what models wrote that nobody has applied: the text itself is what is agreed to. */
function ofInputs({ inputs, step }: Assignment): readonly Evidence[] {
  const tested = inputs.findLast(({ output }) => output.testsPassed !== undefined)?.output;
  const tests = tested && {
    kind: "line" as const,
    label: "Tests",
    text: toSentence({ passed: tested.testsPassed ?? 0, failed: tested.testsFailed ?? 0, skipped: 0 }),
  };
  const written = inputs
    .filter(({ key, output }) => output.notApplied && output.text && step.after.includes(key))
    .slice(-4) // a question holds ten pieces: two of people, one of tests, three of the branch
    .map(({ title, output }) => ({
      kind: "text" as const,
      label: [...title].slice(0, 30).join(""),
      text: cleanText(output.text ?? "").slice(0, 20_000),
    }));
  return [...(tests ? [tests] : []), ...written];
}

function ofBranch({
  filesChanged,
  linesAdded,
  linesRemoved,
  head,
  diff,
}: WorkspaceEvidence): readonly Evidence[] {
  const files = `${filesChanged} ${filesChanged === 1 ? "file" : "files"}`;
  const changes = filesChanged === 0 ? "nothing is changed" : `+${linesAdded} −${linesRemoved} in ${files}`;
  return [
    { kind: "line", label: "Changes", text: changes },
    { kind: "line", label: "Commit", text: head },
    ...(diff === "" ? [] : [{ kind: "diff" as const, label: "Diff", text: cleanText(diff) }]),
  ];
}
