import { randomBytes } from "node:crypto";
import { mkdtemp, rm, statfs, symlink } from "node:fs/promises";
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

const NEEDED_BYTES = 2_000_000_000;

/** Names a Postgres for this run of the tests, without starting it: many runs need none. Removes it afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-test-"));
  const memory = await memoryFolder();
  if (memory) await symlink(memory, join(dataDir, "postgres"));
  const url = process.env["TEST_DATABASE_URL"] ?? null;
  const prefix = `countersign_test_${randomBytes(4).toString("hex")}`;
  project.provide("testPostgres", { dataDir, url, prefix });
  return async () => {
    if (url) await dropAll(url, prefix);
    await removeEmbedded(dataDir);
    await rm(dataDir, { recursive: true });
  };
}

/** A copied database is 300 files: in memory that takes a tenth of the time. Null where there is no room for that. */
async function memoryFolder(): Promise<string | null> {
  const { bavail, bsize } = await statfs("/dev/shm").catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize < NEEDED_BYTES ? null : mkdtemp("/dev/shm/countersign-test-");
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const sql = connect(url, { max: 1, applicationName: "countersign-tests" });
  const left = await sql<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${prefix})`;
  for (const { name } of left) await sql`drop database ${sql(name)} with (force)`;
  await sql.end();
}
