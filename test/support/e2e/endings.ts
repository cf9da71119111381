import { expect } from "vitest";
import { tagged } from "./repository.ts";
import { BOB, type Room } from "./room.ts";
import type { SeparateStage } from "./separate-stage.ts";

/** Bob approves what `ship` asks in this room, and everything comes to its end: see `expectShipped`. */
export async function approveToTheEnd(stage: SeparateStage, slack: Room, name: string): Promise<void> {
  const goal = await slack.card(new RegExp(`^Ship ${name} `));
  await slack.presses(BOB, await slack.card(/^✋ Tag /, goal), "Approve");
  await expectShipped(stage, slack, name);
}

/** One tag and one outcome, each step and each message once, and no process left. */
export async function expectShipped(stage: SeparateStage, slack: Room, name: string): Promise<void> {
  const { runOf, factsOf, expectNothingTwice, people } = stage;
  const goal = await slack.card(new RegExp(`^Ship ${name} 1\\.2\\.3\\n✓ Done`));
  const question = await slack.card(/^✓ Approved by Bob .* → Tag v1\.2\.3 ✓/, goal);
  expect(question.buttons).toEqual([]);
  const result = await slack.card(/^✓ Done in .*approved by Bob/, goal);
  const thread = await people.thread(goal);
  expect(thread).toHaveLength(3);
  expect(thread.at(-1)?.ts).toBe(result.ts);
  const runId = await runOf(`Ship ${name} 1.2.3`);
  const facts = await factsOf(runId);
  const count = (type: string) => facts.filter((fact) => fact === type).length;
  expect([count("step.succeeded"), count("step.asked"), count("step.answered")]).toEqual([3, 1, 1]);
  expect(facts.at(-1)).toBe("run.succeeded");
  expect(tagged(slack.repository, "v1.2.3")).not.toBeNull();
  await expectNothingTwice(runId);
}
