import type { HomeView, KnownBlock } from "@slack/types";
import type { Run } from "#engine/run/run.ts";
import type { CardContext, Part } from "./card.ts";
import { link, section, context as words } from "./elements.ts";
import { endingLine } from "./ending.ts";
import { numberOf, progressOf, rehearsal, titleOf } from "./goal-words.ts";
import { type OutsideLink, outsideLinks } from "./outside-links.ts";
import { questionButtons } from "./question-buttons.ts";
import { askedBy, askOf, type QuestionState, tellingEvidence, workflowOf } from "./question-words.ts";
import { inert } from "./text.ts";
import { dayTime, lasting } from "./times.ts";

/** An open question that this person may answer. `link` is the permalink of its own card, where it has one outside a thread. */
export type WaitingQuestion = QuestionState & {
  readonly requesterAlone: boolean;
  readonly link?: string | undefined;
};

/** An agent and how it is. `detail` is a few words of ours, such as "2 of 4 at work". */
export type AgentState = {
  readonly name: string;
  readonly state: "healthy" | "busy" | "silent";
  readonly detail: string;
};

/** What one person sees on their Home tab. Newest first; what does not fit is counted. */
export type HomeState = {
  readonly waiting: readonly WaitingQuestion[];
  readonly started: readonly Run[];
  /** Of everybody. */
  readonly running: readonly Run[];
  readonly agents: readonly AgentState[];
  /** What there is to say about Jira and Confluence; nothing where they are in step. */
  readonly outside?: readonly string[];
  readonly week: {
    readonly goalsDone: number;
    readonly goalsEnded: number;
    /** Null where nobody was asked anything. */
    readonly medianAnswerMs: number | null;
    readonly modelCalls: number;
    readonly modelTokens: number;
  };
};

/** `linkOf` gives the permalink of a goal's thread, where it is known. */
export type HomeContext = CardContext & {
  readonly linkOf: (run: Run) => string | undefined;
  /** Where a goal is shown outside Slack. */
  readonly outsideOf?: (run: Run) => readonly OutsideLink[] | undefined;
};

const MOST_QUESTIONS = 10;
const MOST_GOALS = 8;
const MOST_AGENTS = 15;

/** The Home tab: what waits for this person comes first, with its buttons. */
export function homeView(state: HomeState, context: HomeContext): HomeView {
  const { waiting, started, running, agents, outside = [], week } = state;
  const parts: readonly Part[] = [
    section(
      `*Waiting for you (${waiting.length})*`,
      waiting.length === 0 ? "Nothing. Nobody waits for your answer." : null,
    ),
    ...realFirst(waiting)
      .slice(0, MOST_QUESTIONS)
      .flatMap((question, i) => [i === 0 ? null : DIVIDER, ...questionParts(question, i, context)]),
    rest(waiting.length - MOST_QUESTIONS),
    DIVIDER,
    section(
      `*Started by you (${started.length})*`,
      started.length === 0 ? "Nothing yet. Try `/goal help`." : null,
    ),
    ...goalParts(started, context),
    section(`*Running now (${running.length})*`, running.length === 0 ? "Nothing runs." : null),
    ...goalParts(running, context),
    DIVIDER,
    section("*Agents*", ...agents.slice(0, MOST_AGENTS).map(agentLine)),
    rest(agents.length - MOST_AGENTS),
    outside.length === 0 ? null : section("*Jira and Confluence*", ...outside),
    section("*This week*", ...weekLines(week)),
  ];
  return { type: "home", blocks: parts.filter((part): part is KnownBlock => part !== null) };
}

const DIVIDER = { type: "divider" } as const;

/** Rehearsals decide nothing, so they wait behind what does. */
const realFirst = (waiting: readonly WaitingQuestion[]): readonly WaitingQuestion[] =>
  waiting.toSorted((a, b) => Number(isRehearsed(a)) - Number(isRehearsed(b)));

const isRehearsed = ({ consultation }: WaitingQuestion): boolean => consultation.question?.rehearsed === true;

const rest = (count: number): Part => (count > 0 ? words(`… and ${count} more`) : null);

function questionParts(
  { consultation, run, requesterAlone, link: card }: WaitingQuestion,
  suffix: number,
  context: HomeContext,
): readonly Part[] {
  const { question, expiresAt } = consultation;
  if (question === null) return [];
  const { risk } = question;
  const grave = risk === "low" ? "" : `${risk} risk`;
  const ask = section(`✋ *${askOf(question, context)}*`, inert(tellingEvidence(question), 120));
  return [
    run ? withThread(ask, run, context) : linked(ask, "Open the question", card),
    words(
      `${rehearsal(run)}${askedBy({ consultation, run }, context)}`,
      grave,
      `until ${dayTime(expiresAt)}`,
      workflowOf(consultation),
      run ? `${numberOf(run)} ${titleOf(run)}` : null,
    ),
    questionButtons({ consultation, run, requesterAlone, suffix }),
  ];
}

const goalParts = (runs: readonly Run[], context: HomeContext): readonly Part[] => [
  ...runs.slice(0, MOST_GOALS).map((run) => goalPart(run, context)),
  rest(runs.length - MOST_GOALS),
];

function goalPart(run: Run, context: HomeContext): Part {
  const where = endingLine(run, context) ?? `${rehearsal(run)}${progressOf(run)}`;
  const outside = outsideLinks(context.outsideOf?.(run)).join(" · ");
  return withThread(section(`${numberOf(run)} *${titleOf(run)}*`, where, outside), run, context);
}

const withThread = (part: ReturnType<typeof section>, run: Run, context: HomeContext): Part =>
  linked(part, "Open thread", context.linkOf(run));

function linked(part: ReturnType<typeof section>, label: string, url: string | undefined): Part {
  const open = link(label, url);
  return part && open ? { ...part, accessory: open } : part;
}

const AGENT_SIGNS = { healthy: "✓", busy: "◐", silent: "✕" } as const satisfies Record<
  AgentState["state"],
  string
>;

const agentLine = ({ name, state, detail }: AgentState): string =>
  `${AGENT_SIGNS[state]} ${inert(name, 60)}: ${state}${detail === "" ? "" : ` · ${inert(detail, 80)}`}`;

function weekLines({
  goalsDone,
  goalsEnded,
  medianAnswerMs,
  modelCalls,
  modelTokens,
}: HomeState["week"]): readonly string[] {
  const answers =
    medianAnswerMs === null ? "nobody was asked" : `median time to answer ${lasting(medianAnswerMs)}`;
  const cost =
    modelCalls === 0 ? "no model was called" : `${modelCalls} model calls, ${grouped(modelTokens)} tokens`;
  return [`${goalsDone} of ${goalsEnded} goals done · ${answers} · ${cost}`];
}

/** 500000 → "500 000". */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ");
