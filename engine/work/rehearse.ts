import type { Plan, PlannedStep, Role } from "../run/plan.ts";

/** How long a rehearsed step plays: long enough to be seen working, short enough to be watched to the end. */
const SHORT_MS = 1_500;
const LONG_MS = 3_000;

/** What a goal sounds like, and who would do it and check it. The first that fits wins. */
const KINDS: readonly { readonly sounds: RegExp; readonly kind: Kind }[] = [
  {
    sounds: /\b(fix|bug|crash\w*|fail\w*|broken|error|flaky|regression)\b/i,
    kind: {
      draft: ["debugger", "Find the cause and draft a repair"],
      check: ["tester", "Draft a test for it"],
    },
  },
  {
    sounds: /\b(security|vulnerab\w*|cve|secret|password|permission\w*|login|auth\w*)\b/i,
    kind: {
      draft: ["coder", "Draft the change"],
      check: ["security", "Look for ways to abuse it"],
    },
  },
  {
    sounds: /\b(docs?|documentation|readme|write|notes|changelog|announce\w*|blog|guide|e-?mail)\b/i,
    kind: { draft: ["writer", "Draft the text"], check: ["reviewer", "Check the facts"] },
  },
  {
    sounds: /\b(why|what|how|which|compare|analy[sz]e|investigate|research|find out|measure|report)\b/i,
    kind: { draft: ["analyst", "Gather the facts and answer"], check: null },
  },
  {
    sounds: /\b(tests?|coverage)\b/i,
    kind: { draft: ["tester", "Draft the tests"], check: ["reviewer", "Review the tests"] },
  },
];
const BUILDS = /\b(add|build|design|migrat\w*|refactor\w*|redesign|replace|new)\b/i;
const ANYTHING: Kind = { draft: ["coder", "Draft the change"], check: ["tester", "Draft the tests"] };

type Kind = { readonly draft: readonly [Role, string]; readonly check: readonly [Role, string] | null };

/**
 * A plan for a goal that no model can work on: four to six steps that show what would happen. One of them asks a person,
 * and says that the answer decides nothing. No step has an effect, and none claims anything (issue 2, point 4).
 */
export function rehearse(goal: {
  readonly text: string;
  readonly requirements: readonly string[];
  readonly securityAudit?: boolean | undefined;
}): Plan {
  const { draft, check } = KINDS.find(({ sounds }) => sounds.test(goal.text))?.kind ?? ANYTHING;
  const subject = subjectOf(goal.text);
  const points = goal.requirements.length;
  const against =
    points === 0 ? "" : ` and compare with ${points === 1 ? "the requirement" : `${points} requirements`}`;
  return inOrder([
    played("understand", `Understand: ${subject}`, "analyst", SHORT_MS),
    ...(BUILDS.test(goal.text) ? [played("design", "Decide how to go about it", "architect", SHORT_MS)] : []),
    played("draft", draft[1], draft[0], LONG_MS),
    ...(check ? [played("check", `${check[1]}${against}`, check[0], LONG_MS)] : []),
    ...(goal.securityAudit && check?.[0] !== "security"
      ? [played("security", "Look for weaknesses", "security", LONG_MS)]
      : []),
    asked(subject),
    played("wrap-up", "Sum up", "writer", SHORT_MS),
  ]);
}

const played = (key: string, title: string, role: Role, lastsMs: number): PlannedStep => ({
  ...plain(key, title),
  agent: { kind: "rehearsal", role, lastsMs },
});

const asked = (subject: string): PlannedStep => ({
  ...plain("approve", "Ask for approval"),
  agent: {
    kind: "person",
    asks: "approval",
    what: `Rehearsal: would you agree to "${subject}"?`,
    why: "This is a rehearsal. Your answer decides nothing, and nothing will be changed.",
    people: [],
    rehearsed: true,
  },
});

const plain = (key: string, title: string): Omit<PlannedStep, "agent"> => ({
  key,
  title,
  instructions: "",
  after: [],
  acceptance: [],
  risk: "low",
  effects: [],
  timeoutMs: 300_000,
});

/** One after the other: a rehearsal is watched like a story. */
const inOrder = (steps: Plan): Plan =>
  steps.map((step, i) => ({ ...step, after: steps.slice(Math.max(0, i - 1), i).map(({ key }) => key) }));

const MOST_SUBJECT_CHARACTERS = 60;

/** The goal's first line, short enough for a card. */
function subjectOf(text: string): string {
  const line = text.trim().split(/\r?\n/)[0]?.replace(/\s+/g, " ").trim() ?? "";
  const characters = [...line];
  return characters.length <= MOST_SUBJECT_CHARACTERS
    ? line
    : `${characters
        .slice(0, MOST_SUBJECT_CHARACTERS - 1)
        .join("")
        .trimEnd()}…`;
}
