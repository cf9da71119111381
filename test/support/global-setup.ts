import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { connect } from "#db/connect.ts";
import { removeEmbedded } from "#db/embedded.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where this run's Postgres is, or will be once a test asks for it; all its databases begin with `prefix`. */
    testPostgres: { readonly dataDir: string; readonly url: string | null; readonly prefix: string };
  }
}

/** Names a Postgres for this run of the tests, without starting it: many runs need none. Removes it afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-test-"));
  const url = process.env["TEST_DATABASE_URL"] ?? null;
  const prefix = `countersign_test_${randomBytes(4).toString("hex")}`;
  project.provide("testPostgres", { dataDir, url, prefix });
  return async () => {
    if (url) await dropAll(url, prefix);
    await removeEmbedded(dataDir);
    await rm(dataDir, { recursive: true });
  };
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const sql = connect(url, { max: 1, applicationName: "countersign-tests" });
  const left = await sql<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${prefix})`;
  for (const { name } of left) await sql`drop database ${sql(name)} with (force)`;
  await sql.end();
}
