import { beforeEach, expect, it } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { createCircuits } from "#bot/sync/circuits.ts";
import { circuitOf } from "#db/circuits.ts";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { sql } = await testDatabase();
const log = createLogger({ write: () => undefined, isTerminal: false, level: "error", now: Date.now });
const place = { workspaceId: "T01", system: "confluence", origin: "https://wiki.example" } as const;

beforeEach(() => sql`delete from circuits`);

/** As one process has it: nothing is remembered of what another has seen. */
const open = () => createCircuits({ sql, log });
const fails = (retryAfterMs?: number) => async (): Promise<never> => {
  throw new OutsideFailure("Confluence", "503", retryAfterMs === undefined ? {} : { retryAfterMs });
};
const works = async () => "done";
const endWait = () => sql`update circuits set open_until = now()`;
const waitsFor = async (waited: Promise<unknown>): Promise<number> => {
  const error: unknown = await waited.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "Later" });
  return (error as { waitMs: number }).waitMs;
};

it("keeps everybody out after a failure, in every process, and lets one try when the wait is over", async () => {
  expect(await waitsFor(open().within(place, fails()))).toBe(2_000);
  expect(await waitsFor(open().within(place, works))).toBeLessThanOrEqual(2_000);
  await endWait();
  const trying = Promise.withResolvers<string>();
  const tried = open().within(place, () => trying.promise);
  await expect
    .poll(async () => (await circuitOf(sql, place))?.openUntil.getTime())
    .toBeGreaterThan(Date.now() + 30_000);
  await waitsFor(open().within(place, works));
  trying.resolve("done");
  expect(await tried).toBe("done");
  expect(await open().within(place, works)).toBe("done");
});

it("waits twice as long after each failure, counted from the failure of who tried", async () => {
  for (const expected of [2_000, 4_000, 8_000]) {
    expect(await waitsFor(open().within(place, fails()))).toBe(expected);
    const left = ((await circuitOf(sql, place))?.openUntil.getTime() ?? 0) - Date.now();
    expect(left).toBeLessThanOrEqual(expected);
    expect(left).toBeGreaterThan(expected - 1_500);
    await endWait();
  }
});

it("waits as long as a system says, and a shorter wait of somebody who was under way does not cut that", async () => {
  const slow = Promise.withResolvers<string>();
  const underWay = open().within(place, () => slow.promise);
  expect(await waitsFor(open().within(place, fails(120_000)))).toBe(120_000);
  slow.reject(new OutsideFailure("Confluence", "reset"));
  await waitsFor(underWay);
  expect(await waitsFor(open().within(place, works))).toBeGreaterThan(100_000);
});

it("waits as long as a system says, also where something that was asked before that is answered meanwhile", async () => {
  const circuits = open();
  const slow = Promise.withResolvers<string>();
  const underWay = circuits.within(place, () => slow.promise);
  expect(await waitsFor(circuits.within(place, fails(120_000)))).toBe(120_000);
  slow.resolve("done");
  expect(await underWay).toBe("done");
  expect(await waitsFor(circuits.within(place, works))).toBeGreaterThan(100_000);
});

it("takes a refusal for an answer: the system is well", async () => {
  await waitsFor(open().within(place, fails()));
  await endWait();
  const refuses = async () => {
    throw new OutsideRefusal("Confluence", "no_permission", "No.");
  };
  await expect(open().within(place, refuses)).rejects.toThrow(OutsideRefusal);
  expect(await circuitOf(sql, place)).toBeNull();
});

it("keeps out only the project whose token is not accepted", async () => {
  const [mine, theirs] = ["a", "b"].map((projectId) => ({ ...place, projectId }));
  if (!mine || !theirs) throw new Error("There are two.");
  const lost = async (): Promise<never> => {
    throw new CredentialsLost("Confluence", "401", { retryAfterMs: 300_000 });
  };
  expect(await waitsFor(open().within(mine, lost))).toBe(300_000);
  expect(await open().within(theirs, works)).toBe("done");
  expect(await waitsFor(open().within(mine, works))).toBeGreaterThan(200_000);
  // A system that is down keeps out all of them.
  await waitsFor(open().within(theirs, fails(9_000)));
  await endWait();
  await waitsFor(open().within(theirs, fails(9_000)));
  const other = { ...place, projectId: "c" };
  await waitsFor(open().within(other, works));
  await endWait();
  expect(await open().within(mine, works)).toBe("done");
  expect(await open().within(other, works)).toBe("done");
});

it("keeps systems and workspaces apart", async () => {
  await waitsFor(open().within(place, fails()));
  expect(await open().within({ ...place, workspaceId: "T02" }, works)).toBe("done");
  expect(await open().within({ ...place, system: "jira" }, works)).toBe("done");
  expect(await open().within({ ...place, origin: "https://other.example" }, works)).toBe("done");
});
