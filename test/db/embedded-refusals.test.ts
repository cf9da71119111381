import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "#db/connect.ts";
import { removeEmbedded, startEmbedded } from "#db/embedded.ts";
import { StartFailure } from "#engine/errors.ts";
import { embeddedProcess } from "#test/support/embedded-process.ts";

const isRoot = process.getuid?.() === 0;
/** An ordinary user that every Linux has. */
const NOBODY = { uid: 65_534, gid: 65_534 };

let home: string;
let dataDir: string;
const log = {
  warn(message: string) {
    throw new Error(message);
  },
  error(message: string) {
    throw new Error(message);
  },
};
const start = () => startEmbedded({ dataDir, log });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-embedded-"));
  dataDir = join(home, "data");
});

afterEach(async () => {
  await removeEmbedded(dataDir);
  await rm(home, { recursive: true });
});

async function refusal(): Promise<string> {
  const error: unknown = await start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StartFailure);
  return error instanceof Error ? error.message : "";
}

async function made(): Promise<string> {
  const { stop } = await start();
  await stop();
  return join(dataDir, "postgres");
}

describe("One sentence says what to do about", () => {
  test("a data folder whose place is taken by a file", async () => {
    await writeFile(dataDir, "");
    expect(await refusal()).toMatch(
      /^Something that is not a folder is in the way of .*data: move it, or set DATA_DIR/,
    );
    await rm(dataDir);
  });

  test("a database of another major version", async () => {
    await writeFile(join(await made(), "data", "PG_VERSION"), "14\n");
    expect(await refusal()).toMatch(
      /was made by Postgres 14, and this Countersign brings Postgres 18: .*pg_dump/,
    );
  });

  test("a folder that is no database", async () => {
    await rm(join(await made(), "data", "PG_VERSION"));
    expect(await refusal()).toMatch(/holds something that is not a Postgres database: move it away/);
    expect((await readdir(join(dataDir, "postgres"))).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  test("a password that was lost", async () => {
    await rm(join(await made(), "password"));
    expect(await refusal()).toMatch(/^The password of the embedded Postgres is gone: bring .*password back/);
  });

  test("a password that is another one now", async () => {
    const { stop } = await start();
    await writeFile(join(dataDir, "postgres", "password"), "another");
    expect(await refusal()).toMatch(
      /runs but refuses us: it does not take the password in .*bring that file back/,
    );
    await stop();
  });

  test("a server that does not start, with what it said last and where its log is", async () => {
    await writeFile(join(await made(), "data", "postgresql.conf"), "no_such_setting = 1\n");
    expect(await refusal()).toMatch(
      /did not start: configuration file .* contains errors\. Its log is .*postgres\.log; or set DATABASE_URL/,
    );
  });

  test.skipIf(isRoot)("a data folder that cannot be written", async () => {
    await mkdir(dataDir, { mode: 0o500 });
    expect(await refusal()).toMatch(/^The folder .* is not writable for this user/);
  });
});

describe.runIf(isRoot)("As root", () => {
  test("in a folder that only root can enter, the database lives elsewhere, owned by a user of its own", async () => {
    const { note, url, stop } = await start();
    const folder = await realpath(join(dataDir, "postgres"));
    expect((await stat(home)).mode & 0o077).toBe(0);
    expect(folder).toMatch(/^\/var\/lib\/countersign\/[0-9a-f]{12}$/);
    expect(note).toContain(folder);
    const { uid, mode } = await stat(folder);
    expect(uid).not.toBe(0);
    expect(mode & 0o077).toBe(0);
    const sql = connect(url, { max: 1, applicationName: "test" });
    expect((await sql`select 1 as one`)[0]).toEqual({ one: 1 });
    await sql.end();
    await stop();
  });

  test("a data folder that was moved still finds its database", async () => {
    const before = await realpath(await made());
    await rename(dataDir, join(home, "moved"));
    dataDir = join(home, "moved");
    expect(await realpath(await made())).toBe(before);
  });

  test("a data folder that was emptied begins anew, and the old database is left alone", async () => {
    const before = await realpath(await made());
    await rm(dataDir, { recursive: true });
    const { note, stop } = await start();
    await stop();
    expect(await realpath(join(dataDir, "postgres"))).toBe(`${before}-2`);
    expect(note).toContain(`is in ${before}*: remove that if it is not needed`);
    expect(await readdir(before)).toContain("data");
    await rm(before, { recursive: true });
  });

  test("a link to a database that is gone is not taken for an empty one", async () => {
    await rm(await realpath(await made()), { recursive: true });
    expect(await refusal()).toMatch(
      /^The database of this data folder is gone: .* remove the link to begin with an empty/,
    );
    await rm(join(dataDir, "postgres"));
  });
});

describe.runIf(isRoot && (await isOpenToAll(import.meta.dirname)))("As an ordinary user", () => {
  beforeEach(() => chmod(home, 0o755));

  test("the database is in the data folder, and root goes on with it as that user", async () => {
    await mkdir(dataDir);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const theirs = await embeddedProcess(dataDir, NOBODY);
    expect(theirs.failure ?? theirs.note).toBe(undefined);
    await theirs.stop();
    const ours = await start();
    expect(ours).toMatchObject({ adopted: false, note: expect.stringContaining(join(dataDir, "postgres")) });
    await ours.stop();
    const again = await embeddedProcess(dataDir, NOBODY);
    expect(again.failure ?? again.note).toBe(undefined);
    await again.stop();
  });

  test("a data folder that cannot be written is refused in a sentence", async () => {
    await mkdir(dataDir);
    const { failure } = await embeddedProcess(dataDir, NOBODY);
    expect(failure).toMatch(/^StartFailure: The folder .* is not writable for this user: .*set DATA_DIR/);
  });

  test("a database that root began is refused in a sentence", async () => {
    await made();
    const { failure } = await embeddedProcess(dataDir, NOBODY);
    expect(failure).toMatch(/^StartFailure: The folder .* is not writable for this user: .*set DATA_DIR/);
  });
});

/** Whether a user without rights of its own could run what is in this folder. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  const parent = dirname(folder);
  return (mode & 0o005) === 0o005 && (parent === folder || isOpenToAll(parent));
}
