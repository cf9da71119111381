import { type Effect, Risk } from "../run/plan.ts";

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

/** The worst of these: nobody's rating makes a risk smaller. */
export const worstOf = (risks: readonly Risk[]): Risk =>
  risks.reduce<Risk>((worst, risk) => (rank(risk) > rank(worst) ? risk : worst), "low");

/** The risk that these effects have, whatever anybody says. */
export const riskOf = (effects: readonly Effect[]): Risk => worstOf(effects.map((effect) => RISK[effect]));

const rank = (risk: Risk): number => Risk.options.indexOf(risk);
