import { type Effect, type PlannedStep, Risk } from "../run/plan.ts";

/** A word of its own: `deploy`, `deploy_prod` and `git-push`, but not `tagged` or `pushover`. */
const says = (words: string): RegExp => new RegExp(`(?<![a-z])(?:${words})(?![a-z])`, "i");

/** What gives a command away. A command that is suspected without cause costs one click, one that is missed costs more. */
const SIGNS = {
  push: says("push"),
  tag: says("tag"),
  deploy: says("deploy|publish|release|rollout|promote|kubectl|helm|terraform|pulumi|ansible|serverless"),
} as const satisfies Partial<Record<Effect, RegExp>>;

/** How grave an effect is at least: what goes live is high, what can be taken back with git is medium. */
const RISK = {
  push: "medium",
  tag: "medium",
  deploy: "high",
  "outside agent": "medium",
} as const satisfies Record<Effect, Risk>;

/** What a listed command does to the world, judged by its name and its line; whatever a planner says about it. */
export function effectsOfCommand(name: string, line: string): readonly Effect[] {
  return (["push", "tag", "deploy"] as const).filter((effect) => SIGNS[effect].test(`${name}\n${line}`));
}

/** The risk of these effects, or the given one where that is worse: nobody's rating makes a risk smaller. */
export function worse(rating: string, effects: readonly Effect[]): string {
  const ranks: readonly string[] = Risk.options;
  const all = [rating, ...effects.map((effect) => RISK[effect])];
  return all.reduce((worst, risk) => (ranks.indexOf(risk) > ranks.indexOf(worst) ? risk : worst));
}

/** A step that a person approves, and that other steps may rely on. */
export const isApproval = ({ agent }: PlannedStep): boolean =>
  agent.kind === "person" && agent.asks === "approval" && !agent.rehearsed;
