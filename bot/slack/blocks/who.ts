import { ROLE_BRIEFS } from "#engine/agent/roles.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { AgentSpec } from "#engine/run/plan.ts";
import type { Run, Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { bare, inert, type People } from "./text.ts";

const MOST_IN_NAME = 40;
const MOST_IN_COMMAND = 30;
const SLACK_ID = /^[UW][A-Z0-9]{2,20}$/;

/** Somebody's name in mrkdwn, notifying nobody. */
export const nameOf = (id: string, people: People): string => inert(people(id), MOST_IN_NAME) || "somebody";

/** Somebody's name where Slack reads no markup. */
const plainNameOf = (id: string, people: People): string => bare(people(id), MOST_IN_NAME) || "somebody";

/** A mention that notifies, for new messages; a plain name for whoever is not in Slack. */
export const mention = (id: string, people: People): string =>
  SLACK_ID.test(id) ? `<@${id}>` : nameOf(id, people);

/**
 * An agent outside, as it stands wherever it posts or asks, in mrkdwn: "code-review · agent". Nothing in its name can make it
 * look like a person, or like a part of our own line.
 */
export const agentName = (name: string): string =>
  `${inert(withoutDots(name), MOST_IN_NAME) || UNNAMED} · agent`;

/** The same where Slack reads no markup; `inert` leaves it as it is. */
export const plainAgentName = (name: string): string =>
  `${bare(withoutDots(name), MOST_IN_NAME) || UNNAMED} · agent`;

const UNNAMED = "somebody's";

/** Our lines put a dot between their parts: a name that brings its own could say "Bob · approved". */
const withoutDots = (name: string): string =>
  name.replace(/[\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb\uff65]/g, " ");

/** "Bob", "Bob or Carol", "Bob, Carol or Dave". */
export function either(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** "claude-opus-5-5" of "anthropic:claude-opus-5-5". */
const modelName = (model: string): string => bare(model.slice(model.indexOf(":") + 1), MOST_IN_NAME);

/** Who works on a step, by role and model, in plain text that `inert` must still see: "Coder · claude-opus-5-5", "command `npm test`", "Bob or Carol". */
export function agentOf(step: Step, run: Run, context: CardContext): string {
  const { agent } = step;
  switch (agent.kind) {
    case "command":
      return `command \`${bare(commandName(agent), MOST_IN_NAME).replaceAll("`", "'")}\``;
    case "model": {
      const model = step.output?.model ?? context.model;
      const { title } = ROLE_BRIEFS[agent.role];
      return model === undefined ? title : `${title} · ${modelName(model)}`;
    }
    case "rehearsal":
      return `${ROLE_BRIEFS[agent.role].title} · rehearsal`;
    case "person":
      if (step.answer !== null) return plainNameOf(step.answer.by, context.people);
      return askedOf(step, run, undefined, context);
    case "remote":
      return outsideAgentOf(step, agent);
  }
}

/** Who has it, or whom it waits for: "scanner · agent", "agent for code-review". */
const outsideAgentOf = (
  { outsideAgent }: Step,
  { agent, capability }: Extract<AgentSpec, { kind: "remote" }>,
): string => {
  const name = outsideAgent ?? agent;
  return name === undefined ? `agent for ${bare(capability ?? "", MOST_IN_NAME)}` : plainAgentName(name);
};

/** The line itself where it is short, else its name, else its beginning. */
const commandName = ({ run, name }: Extract<AgentSpec, { kind: "command" }>): string =>
  run.length <= MOST_IN_COMMAND && !run.includes("\n") ? run : (name ?? run);

/** Whom a step waits for, in plain text that `inert` must still see: the named people, else what they are called by the rules. */
export function askedOf(
  step: Step,
  run: Run,
  question: Consultation | undefined,
  { people }: CardContext,
): string {
  const named = step.agent.kind === "person" ? step.agent.people : [];
  const ids = [question?.policy?.people, step.question?.people, named, run.brief?.reviewers].find(
    (some) => some !== undefined && some.length > 0,
  );
  if (ids) return either(ids.map((id) => plainNameOf(id, people)));
  return step.agent.kind === "person" && step.agent.asks === "work" ? "somebody" : "a reviewer";
}
