import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGuardedPost } from "#integrations/web/guarded-post.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";
import { startDnsServer } from "#test/support/dns-server.ts";

const SENT = { headers: {}, body: "{}" };
const PRIVATE = /which is private, and only public addresses are called/;
const NEVER = /which is none that a server outside has \(link-local, metadata or reserved\)/;

let callee: Callee;
beforeEach(async () => {
  callee = await startCallee();
});
afterEach(async () => {
  expect(callee.got, "Nobody on this machine may have heard anything.").toEqual([]);
  await callee.close();
});

/** What comes of a post to a name that a real name server tells of. */
async function postTo(
  addressesOf: (name: string, asked: number) => readonly string[],
  { allowPrivate = false, times = 1, scheme = "https" } = {},
) {
  const dns = await startDnsServer(addressesOf);
  const post = createGuardedPost({ allowPrivate, resolve: dns.resolve, limitMs: 400 });
  const errors: (string | null)[] = [];
  let sent = 0;
  for (let i = 0; i < times; i += 1) {
    const posted = await post(`${scheme}://rebind.test:${callee.port}/`, SENT);
    errors.push(posted.error);
    if (posted.wasSent) sent += 1;
  }
  const asked = dns.asked();
  await dns.close();
  return { errors, asked, sent };
}

describe("A name is refused, and the attempt says so, where it leads to", () => {
  test.each([
    ["127.0.0.1", PRIVATE],
    ["10.0.0.7", PRIVATE],
    ["192.168.0.1", PRIVATE],
    ["169.254.169.254", NEVER],
    ["0.0.0.0", NEVER],
    ["100.64.0.1", NEVER],
    ["224.0.0.1", NEVER],
  ])("%s", async (address, why) => {
    const { errors, sent } = await postTo(() => [address]);
    expect(errors[0]).toMatch(`The name rebind.test leads to ${address}, `);
    expect(errors[0]).toMatch(why);
    expect(sent).toBe(0);
  });

  test("a private address beside a public one", async () => {
    const { errors } = await postTo(() => ["93.184.216.34", "127.0.0.1"]);
    expect(errors[0]).toMatch(PRIVATE);
  });

  test("metadata, even where private addresses are allowed", async () => {
    for (const scheme of ["http", "https"]) {
      const { errors } = await postTo(() => ["169.254.169.254"], { allowPrivate: true, scheme });
      expect(errors[0]).toMatch(NEVER);
    }
  });

  test("a public address by http", async () => {
    const { errors } = await postTo(() => ["93.184.216.34"], { allowPrivate: true, scheme: "http" });
    expect(errors[0]).toMatch(/is public, so it must be called by https/);
  });

  test("this machine, as its own resolver says", async () => {
    const post = createGuardedPost({ allowPrivate: false, limitMs: 400 });
    const { error } = await post(`https://localhost:${callee.port}/`, SENT);
    expect(error).toMatch(/^The name localhost leads to (127\.0\.0\.1|::1), which is private/);
  });

  test("nowhere", async () => {
    const { errors } = await postTo(() => []);
    expect(errors[0]).toMatch(/^No connection was made \(ENODATA\)|leads nowhere/);
  });
});

describe("A name that changes", () => {
  test("between the check and the connection can't: it is looked up once, and what was checked is connected to", async () => {
    const { errors, asked } = await postTo((_, before) => [before === 0 ? "93.184.216.34" : "127.0.0.1"]);
    expect(asked).toBe(1);
    expect(errors[0]).toMatch(/^(No connection was made|No way leads there|Nothing listens there)/); // not on this machine
  });

  test("between two attempts is refused at the second", async () => {
    const answers = ["93.184.216.34", "127.0.0.1"];
    const { errors } = await postTo((_, before) => [answers[before] ?? "127.0.0.1"], { times: 2 });
    expect(errors[0]).not.toMatch(PRIVATE);
    expect(errors[1]).toMatch(PRIVATE);
  });

  test("to a private address is seen at the open socket, whatever the lookup said", async () => {
    // A resolver that lies about the family: the system then connects to what it reads into the text.
    const post = createGuardedPost({
      ...{ allowPrivate: false, limitMs: 400 },
      resolve: async () => [{ address: "::ffff:127.0.0.1", family: 6 }],
    });
    expect((await post(`https://rebind.test:${callee.port}/`, SENT)).error).toMatch(PRIVATE);
  });
});

describe("An address in the URL itself is refused, however it is written:", () => {
  test.each([
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0177.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
  ])("%s", async (host) => {
    const post = createGuardedPost({ allowPrivate: false, limitMs: 400 });
    const posted = await post(`https://${host}:${callee.port}/`, SENT);
    expect(posted.error).toMatch(/^The address leads to \S+, which is private/);
    expect(posted.wasSent).toBe(false);
  });
});
