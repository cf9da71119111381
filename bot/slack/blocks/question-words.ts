import type { Consultation } from "#engine/consultation/consultation.ts";
import { channelsOf } from "#engine/consultation/policy.ts";
import type { Evidence, Question } from "#engine/consultation/question.ts";
import type { Run } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { countDiff, type Fold, fold, type Leaf } from "./fold.ts";
import { bare, inert, lineCount, withNames } from "./text.ts";
import { agentName, either, mention, nameOf } from "./who.ts";

/** A question, and the run whose step asks it; null for one that somebody outside asks. */
export type QuestionState = { readonly consultation: Consultation; readonly run: Run | null };

export type QuestionContext = CardContext & {
  /** A direct message reaches one person; a card in a goal's thread, or in a channel, names whom it wants. */
  readonly audience: "thread" | "channel" | "direct";
  /** Slack says that nobody but the requester may answer. */
  readonly requesterAlone: boolean;
};

/** A card says what it wants in six lines of a phone; the fold is one of them. */
const LINE = 40;
const MOST_LINES = 5;
const MOST_IN_WHAT = 3 * LINE - 4;
const LEAST_IN_WHAT = LINE;

/**
 * The ask, short enough for the card; the whole of it is in the fold when it was cut. `taken`: characters that stand
 * before it, such as names.
 */
export const askOf = ({ what }: Question, { people }: CardContext, taken = 0): string =>
  inert(what, Math.max(LEAST_IN_WHAT, MOST_IN_WHAT - taken), people);

/** How many characters the names take that a question's first line calls. */
export const calledLength = (consultation: Consultation, { people }: CardContext): number =>
  namedIn(consultation)
    .map((id) => nameOf(id, people).length + 4)
    .reduce((sum, length) => sum + length, 0);

/** "@Bob or @Carol, " for a new message that is to reach them; nothing where nobody is named. */
export function calling(consultation: Consultation, { people }: CardContext): string {
  const ids = namedIn(consultation);
  return ids.length === 0 ? "" : `${either(ids.map((id) => mention(id, people)))}, `;
}

/** Who may answer, without notifying anybody: "Bob or Carol can answer". */
export function whoCanAnswer(consultation: Consultation, { people }: CardContext): string {
  const { policy, requester } = consultation;
  if (!policy) return "";
  const ids = namedIn(consultation);
  if (ids.length > 0) return `${either(ids.map((id) => nameOf(id, people)))} can answer`;
  const isBarred = requester !== "" && needsFourEyes(consultation);
  const where = either(channelsOf(policy).map((id) => `<#${id}>`));
  return `Anybody in ${where}${isBarred ? ` but ${nameOf(requester, people)}` : ""} can answer`;
}

/** "asked by Alice"; by an agent, be it for a request, a step or a goal: "asked by code-review · agent, for Alice". `isCalled`: the person is notified. */
export function askedBy(
  { consultation: { id, requester, outside }, run }: QuestionState,
  { people }: CardContext,
  isCalled = false,
): string {
  const person = isCalled ? mention(requester, people) : nameOf(requester, people);
  const step = run?.steps.find(({ consultationId }) => consultationId === id);
  const agent = outside?.agent ?? step?.outsideAgent ?? run?.brief?.agent;
  if (agent === undefined) return `asked by ${person}`;
  return `asked by ${agentName(agent)}${requester === "" ? "" : `, for ${person}`}`;
}

/** "workflow release-42", as the agent calls it; null where it gave it no name. */
export function workflowOf({ outside }: Consultation): string | null {
  if (outside === undefined || MADE_BY_US.test(outside.workflowId)) return null;
  return `workflow ${inert(outside.workflowId, LINE)}`;
}

const MADE_BY_US = /^wf-[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Named people whose answer counts: without whoever asked, where somebody else is named too. */
function namedIn(consultation: Consultation): readonly string[] {
  const named = consultation.policy?.people ?? [];
  const others = named.filter((id) => id !== consultation.requester);
  return needsFourEyes(consultation) && others.length > 0 ? others : named;
}

/** Whether it counts as an approval by somebody else than the person who asked. */
export const needsFourEyes = ({ question, policy }: Consultation): boolean =>
  question?.type === "approval" && !question.rehearsed && policy?.fourEyes !== "never";

/** How many lines of a phone are left for reasons, after a first line of so many characters and the lines that must stand. */
export const linesLeft = (firstLine: number, taken: number): number =>
  Math.max(1, MOST_LINES - taken - Math.ceil(firstLine / LINE));

/** What a reader needs before deciding: reasons, then telling lines, in so many lines of a phone. */
export function groundsOf(question: Question, { people }: CardContext, lines: number): readonly string[] {
  const why = firstParagraph(question.why);
  const most = Math.max(1, lines - (why === "" ? 0 : 1));
  const telling = wholeFacts(factsIn(question), most * LINE);
  const forTelling = Math.min(most, Math.ceil(telling.length / LINE));
  const forWhy = lines - forTelling;
  return [
    forWhy > 0 ? inert(why, forWhy * LINE, people) : "",
    forTelling > 0 ? inert(telling, forTelling * LINE) : "",
  ].filter((line) => line !== "");
}

const firstParagraph = (text: string): string => text.trim().split(/\n\s*\n/)[0] ?? "";

/** "214 tests passed · +3 −1 in 2 files · Commit a3f1c2d4e5". */
export const tellingEvidence = (question: Question): string => factsIn(question).join(" · ");

const factsIn = ({ evidence }: Question): readonly string[] =>
  evidence
    .filter(({ kind }) => kind === "line")
    .map(({ label, text }) => (isHash(text) ? `${label} ${text.trim().slice(0, 10)}` : bare(text, 2 * LINE)));

/** The first facts that fit as a whole; the first one alone is cut where it must be. The others are in the fold. */
function wholeFacts(facts: readonly string[], most: number): string {
  const [first = "", ...others] = facts;
  return others.reduce(
    (said, fact) => (said.length + fact.length + 3 <= most ? `${said} · ${fact}` : said),
    first,
  );
}

const isHash = (text: string): boolean => /^[0-9a-f]{40,64}$/.test(text.trim());

/** Everything else that there is to see: long evidence, whatever the card had to cut, and before it `more`. */
export function evidenceFold(
  question: Question,
  context: CardContext,
  taken = 0,
  more: readonly Leaf[] = [],
): Fold | null {
  const { what, why, evidence } = question;
  const lines = evidence.filter(({ kind }) => kind === "line").map(factOf);
  const leaves: Leaf[] = [
    ...more,
    ...(askOf(question, context, taken).endsWith("…") ? [words("The whole question", what)] : []),
    ...evidence.filter(({ kind }) => kind !== "line").map(toLeaf),
    ...(why.length > LINE || firstParagraph(why) !== why.trim() ? [words("Why", why)] : []),
    ...(tellingEvidence(question).length > LINE || lines.some(isLong)
      ? [words("Facts", lines.join("\n"))]
      : []),
  ];
  const named = leaves.map((leaf) => ({ ...leaf, text: withNames(leaf.text, context.people) }));
  return fold(named.map(({ label }) => label).join(" · "), named);
}

/** "Commit: a3f1…"; text that says its own label says it once. */
const factOf = ({ label, text }: Evidence): string =>
  text.toLowerCase().startsWith(`${label.toLowerCase()}:`) ? text : `${label}: ${text}`;

const isLong = (line: string): boolean => line.length > LINE;

const words = (label: string, text: string): Leaf => ({ label, text, kind: "words" });

function toLeaf({ kind, label, text }: Evidence): Leaf {
  const size = kind === "diff" ? countDiff(text) : lineCount(text);
  return { label: `${bare(label, 60) || kind} (${size})`, text, kind: kind === "text" ? "words" : "code" };
}
