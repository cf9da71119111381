import { expect, it, onTestFinished } from "vitest";
import { checkConfluence } from "#integrations/confluence/check.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";

/** A Confluence, and what a check of it finds with these settings. */
async function open() {
  const wiki = await startConfluence({ limits: "none" });
  onTestFinished(() => wiki.close());
  const { email, token } = wiki.credentials;
  const check = async (changes: Partial<ConfluenceSettings> = {}) => {
    const asked = { url: wiki.url, username: email, space: "ENG", ...changes };
    return checkConfluence({ settings: ConfluenceSettings.parse(asked), token });
  };
  return { wiki, check, alice: wiki.person("alice") };
}

const problem = (what: RegExp, todo: RegExp) => ({
  level: "problem",
  what: expect.stringMatching(what),
  todo: expect.stringMatching(todo),
});

withContracts("a check of a Confluence", () => {
  it("says what would work, and writes nothing", async () => {
    const { wiki, check, alice } = await open();
    const parent = alice.creates("ENG", "Runs");
    const before = wiki.pages();
    expect((await check({ parent })).map(({ level, what }) => `${level}: ${what}`)).toEqual([
      `ok: ${wiki.url} answers, and takes the token of Countersign (${wiki.credentials.email})`,
      "ok: Space ENG is “Engineering”",
      `ok: ${wiki.credentials.email} may create pages`,
      `ok: ${wiki.credentials.email} may edit pages and label them countersign`,
      "ok: Pages of runs would stand under “Runs”",
    ]);
    expect((await check()).at(-1)?.what).toBe("Pages of runs would stand under “Engineering Home”");
    expect(wiki.pages()).toEqual(before);
    expect(wiki.calls.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(wiki.violations).toEqual([]);
  });

  it("says what is wrong with the space and what we may do there", async () => {
    const { check } = await open();
    expect(await check({ space: "NOPE" })).toContainEqual(problem(/no space NOPE/, /another key/));
    expect(await check({ space: "HID" })).toContainEqual(problem(/no space HID/, /access to the space/));
    const readOnly = await check({ space: "READ" });
    expect(readOnly).toContainEqual(problem(/may not create pages in space READ/, /admin of that space/));
    expect(readOnly).toContainEqual(problem(/may not edit pages/, /admin of that space/));
  });

  it("says what is wrong with the parent", async () => {
    const { check, alice } = await open();
    const elsewhere = alice.creates("OPS", "Elsewhere");
    const trashed = alice.creates("ENG", "Old");
    alice.trashes(trashed);
    expect(await check({ parent: "99999" })).toContainEqual(problem(/no page 99999/, /confluence.parent/));
    expect(await check({ parent: trashed })).toContainEqual(problem(/no page \d+/, /confluence.parent/));
    expect(await check({ parent: elsewhere })).toContainEqual(
      problem(/“Elsewhere”, is not in space ENG/, /confluence.parent/),
    );
  });

  it("says what is wrong with the account and the address", async () => {
    const { wiki, check } = await open();
    expect(await check({ username: "no e-mail" })).toEqual([
      { level: "problem", what: expect.stringMatching(/CONFLUENCE_USERNAME/) },
    ]);
    expect(await check({ username: "else@example.com" })).toEqual([
      problem(/does not accept the token of else@example.com/, /CONFLUENCE_API_TOKEN/),
    ]);
    wiki.faults.down(503);
    expect(await check()).toEqual([problem(/503/, /CONFLUENCE_URL/)]);
    await wiki.faults.up();
    wiki.faults.answer("getCurrentUser", { status: 404, body: {} });
    expect(await check()).toEqual([problem(/no Confluence at/, /acme.atlassian.net/)]);
    wiki.faults.answer("getCurrentUser", { status: 403, body: {} });
    expect(await check()).toEqual([problem(/may not use Confluence/, /admin of the site/)]);
    await wiki.faults.refuse();
    expect(await check()).toEqual([problem(/can't be reached/, /this machine reaches it/)]);
    await wiki.faults.up();
  });
});
