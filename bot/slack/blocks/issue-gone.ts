import type { Run } from "#engine/run/run.ts";
import { type Card, toCard } from "./card.ts";
import { section, context as words } from "./elements.ts";
import { numberOf, titleOf } from "./goal-words.ts";
import { inert } from "./text.ts";

/** An issue that we kept in step is gone: said once, and the rest of the goal goes on. `step` is empty for the goal's own issue. */
export function issueGoneCard({
  run,
  issue,
  step,
}: {
  readonly run: Run;
  readonly issue: string;
  readonly step: string;
}): Card {
  const title = run.steps.find(({ key }) => key === step)?.title;
  const what = title === undefined ? "this goal's own" : `of “${inert(title, 80)}”`;
  const line = `Jira has no issue ${inert(issue, 60)} any more (${what})`;
  return toCard(line, [
    section(
      `– ${line}`,
      "Somebody deleted it, or our account can't see it. The goal goes on without it.",
      `For a new one: \`./countersign sync retry ${numberOf(run)}\``,
    ),
    words(numberOf(run), titleOf(run)),
  ]);
}
