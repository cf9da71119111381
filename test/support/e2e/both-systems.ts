import { expect } from "vitest";
import { type Confluence, startConfluence } from "#test/support/atlassian/confluence.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import type { RateLimits } from "#test/support/atlassian/rate-limits.ts";
import { connectConfluence } from "./confluence.ts";
import { connectJira } from "./jira.ts";
import { ALICE, BOB, type Room, type RoomWish } from "./room.ts";
import type { Stage } from "./stage.ts";

/** What the double's project PAY calls an epic. */
const EPIC = "10000";

export type BothSystems = Awaited<ReturnType<typeof openBothSystems>>;

/** A Jira and a Confluence for runs of `ship`. `close` fails where something was written twice, or not as Atlassian's documents say. */
export async function openBothSystems(limits?: RateLimits) {
  const options = limits ? { limits } : {};
  const [jira, confluence] = await Promise.all([startJira(options), startConfluence(options)]);
  const issues = () => jira.issues();
  const found = <T>(what: string, one: T | undefined): T => {
    if (one === undefined) throw new Error(`There is no ${what}.`);
    return one;
  };
  return {
    ...{ jira, confluence },
    up: () => Promise.all([jira.faults.up(), confluence.faults.up()]),
    epic: () =>
      found(
        "epic",
        issues().find(({ type }) => type === EPIC),
      ),
    story: (summary: string) =>
      found(
        summary,
        issues().find(({ fields }) => fields["summary"] === summary),
      ),
    expectDone(): void {
      expect(new Set(issues().map(({ id }) => jira.statusOf(id)))).toEqual(new Set(["Fertig"]));
      for (const { body } of confluence.pages()) expect(body).toContain("3 of 3 steps done");
    },
    async close(): Promise<void> {
      await Promise.all([jira.close(), confluence.close()]);
      expect([...jira.violations, ...confluence.violations]).toEqual([]);
      expect([...jira.doubles(), ...confluence.doubles()]).toEqual([]);
    },
  };
}

/** Alice ships 1.2.3 in a room of its own, which both systems show; `approve`: Bob lets her, and it is done. */
export async function shipInto(
  stage: Pick<Stage, "sql" | "dir"> & { room(name: string, wish?: RoomWish): Promise<Room> },
  name: string,
  { jira, confluence }: { readonly jira: Jira; readonly confluence: Confluence },
  wish?: RoomWish,
) {
  const slack = await stage.room(name, wish);
  await connectJira(stage, name, jira);
  await connectConfluence(stage, name, confluence);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  return {
    slack,
    async approve(): Promise<void> {
      const goal = await slack.card(new RegExp(`^Ship ${name}`));
      await slack.presses(BOB, await slack.card(/^✋ Tag /, goal), "Approve");
      await slack.becomes(goal, /✓ Done/);
    },
  };
}
