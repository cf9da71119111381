import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, expect, test } from "vitest";
import { checkReachable } from "#db/connect.ts";
import { StartFailure } from "#engine/errors.ts";
import { testDatabase } from "#test/support/postgres.ts";

const { url, sql } = await testDatabase();

const servers = new Set<{ close(): void }>();
afterAll(() => {
  for (const server of servers) server.close();
});

/** The address of the test's database, changed in one way. */
function but(change: Partial<Pick<URL, "password" | "pathname" | "host">>): string {
  return Object.assign(new URL(url), change).href;
}

/** A port on which something listens that is no Postgres, or nothing any more. */
async function portOf(what: "web server" | "nothing"): Promise<string> {
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (what === "nothing") server.close();
  else servers.add(server);
  return `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
}

async function refusal(address: string, timeoutMs?: number): Promise<string> {
  const error: unknown = await checkReachable(address, timeoutMs).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartFailure);
  return error instanceof Error ? error.message : "";
}

test("A database that answers is reachable", async () => {
  await expect(checkReachable(url)).resolves.toBe(undefined);
});

test("A wrong password is said, and not shown", async () => {
  const said = await refusal(but({ password: "geheim" }));
  expect(said).toMatch(
    /cannot be used: it refused the user or the password\. Correct them in DATABASE_URL\.$/,
  );
  expect(said).not.toContain("geheim");
});

test("A missing database is said", async () => {
  expect(await refusal(but({ pathname: "/none" }))).toMatch(
    /\/none cannot .* no database of that name\. Create it/,
  );
});

test("An unknown host is said", async () => {
  expect(await refusal(but({ host: "countersign.invalid:5432" }))).toMatch(
    /^The database at countersign\.invalid:5432\/\S+ cannot be used: that host is not known/,
  );
});

test("A port where nothing listens is said", async () => {
  const host = await portOf("nothing");
  expect(await refusal(but({ host }))).toMatch(
    /cannot be used: nothing listens there\. Start it, or correct/,
  );
});

test("A server that is no Postgres is said", async () => {
  const host = await portOf("web server");
  expect(await refusal(but({ host }), 500)).toMatch(
    /cannot be used: it did not answer in time\. Check that a Postgres runs there/,
  );
});

test("An address that is none is said", async () => {
  expect(await refusal("db.example.com")).toMatch(
    /^DATABASE_URL is not an address of a Postgres: write it as/,
  );
});

test("A server that is too old is said", async () => {
  await sql`create function public.current_setting(text) returns text language sql as 'select ''14.19''::text'`;
  await sql.unsafe(`alter database ${new URL(url).pathname.slice(1)} set search_path = public, pg_catalog`);
  expect(await refusal(url)).toMatch(/is Postgres 14\.19, and Countersign needs 15 or newer: update it/);
});
