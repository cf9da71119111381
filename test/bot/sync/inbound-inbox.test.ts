import { randomUUID } from "node:crypto";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Later } from "#bot/followers.ts";
import { createLogger } from "#bot/logger.ts";
import { startInbox } from "#bot/sync/inbound/inbox.ts";
import { claimHeard, dropHeard, type Heard, hear, heardOf } from "#db/heard.ts";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import { connectWorkspace, WORKSPACE } from "#test/support/engine-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { sql } = await testDatabase();
const log = createLogger({ now: Date.now, write: () => undefined, isTerminal: false });
const projectId = randomUUID();
const place = { workspaceId: WORKSPACE, system: "jira", projectId } as const;
const ref = (id: string) => ({ ...place, key: `${projectId} ${id}` });
const stateOf = async (id: string) => (await heardOf(sql, ref(id)))?.state;

beforeEach(async () => {
  await sql`truncate heard, installations`;
  await connectWorkspace(sql);
});

/** An inbox that does this with what came in; what it was given, in order. */
async function open(takeUp: (heard: Heard) => Promise<void>): Promise<string[]> {
  const taken: string[] = [];
  const inbox = await startInbox({
    ...{ sql, log },
    takeUp: async (heard) => {
      taken.push(heard.key.slice(projectId.length + 1));
      await takeUp(heard);
    },
  });
  onTestFinished(() => inbox.close());
  return taken;
}

test("what came in is taken up in order, and told twice it is taken up once", async () => {
  const taken = await open((heard) => dropHeard(sql, heard));
  const changes = Array.from({ length: 20 }, (_, i) => ({ id: `comment:${i}` }));
  expect(await hear(sql, { ...place, changes })).toBe(20);
  expect(await hear(sql, { ...place, changes })).toBe(0);
  await expect.poll(() => taken.length).toBe(20);
  await expect.poll(() => stateOf("comment:19")).toBe("done");
  expect(taken).toEqual(changes.map(({ id }) => id));
});

test("several processes share it", async () => {
  const both = await Promise.all([
    open((heard) => dropHeard(sql, heard)),
    open((heard) => dropHeard(sql, heard)),
  ]);
  const changes = Array.from({ length: 60 }, (_, i) => ({ id: `comment:${i}` }));
  await hear(sql, { ...place, changes });
  await expect.poll(() => both.flat().length).toBe(60);
  await expect
    .poll(async () => sql`select from heard where state = 'waiting'`.then((rows) => rows.length))
    .toBe(0);
  expect(new Set(both.flat()).size).toBe(60);
});

test("what can't be taken up waits as long as is asked for, and keeps nothing else", async () => {
  const tries = new Map<string, number>();
  const taken = await open(async (heard) => {
    const count = (tries.get(heard.key) ?? 0) + 1;
    tries.set(heard.key, count);
    if (heard.key.endsWith("later") && count === 1) throw new Later(30, "Jira answers 503");
    if (heard.key.endsWith("slack") && count === 1)
      throw new OutsideFailure("slack", "down", { retryAfterMs: 30 });
    if (heard.key.endsWith("never")) throw new Refusal("bad_input", "no");
    await dropHeard(sql, heard);
  });
  await hear(sql, { ...place, changes: [{ id: "later" }, { id: "slack" }, { id: "never" }, { id: "well" }] });
  await expect.poll(() => taken).toEqual(["later", "slack", "never", "well", "later", "slack"]);
  await expect.poll(() => stateOf("slack")).toBe("done");
  expect(await stateOf("never")).toBe("done");
});

test("what somebody died over is taken up by the next one, once nobody holds it any more", async () => {
  await hear(sql, { ...place, changes: [{ id: "comment:1" }] });
  expect(await claimHeard(sql, 60_000)).toMatchObject({ key: ref("comment:1").key });
  expect(await claimHeard(sql, 60_000)).toBeNull();
  await sql`update heard set not_before = now()`; // the minute has passed
  const taken = await open((heard) => dropHeard(sql, heard));
  await expect.poll(() => taken).toEqual(["comment:1"]);
});

test("of a workspace that is not connected it waits until that is", async () => {
  await sql`update installations set connected = false`;
  await hear(sql, { ...place, changes: [{ id: "comment:1" }] });
  expect(await claimHeard(sql, 60_000)).toBeNull();
  await sql`update installations set connected = true`;
  expect(await claimHeard(sql, 60_000)).not.toBeNull();
});
