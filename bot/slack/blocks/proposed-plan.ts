import type { Effect } from "#engine/run/plan.ts";
import { isApproval, type Run } from "#engine/run/run.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, section, context as words } from "./elements.ts";
import { fold } from "./fold.ts";
import { numberOf, rehearsal, stopButton, titleOf } from "./goal-words.ts";
import { stepLine } from "./step-words.ts";
import { inert } from "./text.ts";
import { mention, nameOf } from "./who.ts";

const EFFECTS = {
  push: "pushes",
  tag: "makes a tag",
  deploy: "deploys",
  "outside agent": "uses an outside agent",
} as const satisfies Record<Effect, string>;

/** Asks the requester to start a plan that does something to the world. Not an approval, and it says so. */
export function proposedPlanCard(run: Run, context: CardContext): Card {
  if (run.status !== "proposed") return decided(run, context);
  const requester = run.brief?.requestedBy ?? "";
  const what = effectsOf(run);
  const asks = run.steps.filter(isApproval).length;
  const count = `${run.steps.length} ${run.steps.length === 1 ? "step" : "steps"}`;
  const text = `${rehearsal(run)}Start this plan? ${titleOf(run)}: ${count}. ${what}`;
  return toCard(text, [
    section(
      `✋ ${mention(requester, context.people)}, *start this plan?*`,
      `${rehearsal(run)}${titleOf(run)} · ${count}`,
      what,
      `Starting is not an approval${asks === 0 ? "." : `: the plan asks for ${asks === 1 ? "one" : asks} on its way.`}`,
    ),
    fold(count, [
      {
        label: "In order",
        text: run.steps.map((step) => stepLine(step, run, context)).join("\n"),
        kind: "words",
      },
    ]),
    actions(
      button("plan.start", "Start the plan", { run: run.id }, { style: "primary" }),
      stopButton(run, "Cancel the goal"),
    ),
    words(`Only ${nameOf(requester, context.people)} can start it`, numberOf(run)),
  ]);
}

/** "It makes a tag and deploys." Effects are what the rules found in the steps, at least. */
function effectsOf(run: Run): string {
  const effects = [...new Set(run.steps.flatMap((step) => step.effects))].map((effect) => EFFECTS[effect]);
  if (effects.length === 0) return "No step is known to push, tag or deploy.";
  return `It ${effects.join(" and ")}.`;
}

/** Only the requester can start a plan, so whoever started it is known. */
function decided(run: Run, context: CardContext): Card {
  const { people } = context;
  const wasStarted = run.status !== "cancelled" || run.steps.some((step) => step.attempt > 0);
  const reason = run.reason === null ? "" : ` ${inert(run.reason, 200, people)}`;
  const line = wasStarted
    ? `✓ Plan started by ${nameOf(run.brief?.requestedBy ?? "", people)}`
    : `– Plan not started.${reason}`;
  return toCard(`${rehearsal(run)}${line}`, [
    section(line),
    words(`${rehearsal(run)}${titleOf(run)}`, numberOf(run)),
  ]);
}
