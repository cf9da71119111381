import { describe, expect, it, onTestFinished } from "vitest";
import { OutsideFailure } from "#engine/errors.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { type Confluence, openConfluence } from "#integrations/confluence/confluence.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";

const RUN = "0d9b2d5c-6b6e-4b39-9a4b-2f1c3c7d8e90";

/** A Confluence, and our port to it. */
async function open(changes: Partial<ConfluenceSettings> = {}) {
  const wiki = await startConfluence({ limits: "none" });
  onTestFinished(() => wiki.close());
  const { email, token } = wiki.credentials;
  const settings = ConfluenceSettings.parse({ url: wiki.url, username: email, space: "ENG", ...changes });
  return { wiki, settings, token, port: openConfluence({ settings, token }), alice: wiki.person("alice") };
}

const made = (port: Confluence, title = "Run 1") => port.create({ title, body: "<p>a</p>" });
const refused = (code: string, words: RegExp) =>
  expect.objectContaining({ name: "OutsideRefusal", code, message: expect.stringMatching(words) });

withContracts("a space of a Confluence", () => {
  describe("a new page", () => {
    it("stands under the space's home page, or under the one that the settings name", async () => {
      const { wiki, port, settings, token, alice } = await open();
      const page = await made(port);
      expect(wiki.page(page.id)).toMatchObject({ parent: wiki.homepage("ENG"), body: "<p>a</p>" });
      expect(page).toMatchObject({ title: "Run 1", version: 1, status: "current" });
      expect(page.url).toContain(`${wiki.url}/wiki/spaces/ENG/pages/${page.id}`);
      const parent = alice.creates("ENG", "Runs");
      const below = openConfluence({ settings: { ...settings, parent }, token });
      expect(wiki.page((await made(below, "Run 2")).id).parent).toBe(parent);
      expect(wiki.violations).toEqual([]);
    });

    it("is refused where its title is taken, in whatever case", async () => {
      const { port, alice } = await open();
      alice.creates("ENG", "run 1");
      await expect(made(port)).rejects.toEqual(refused("title_taken", /has a page “Run 1” already/));
    });

    it("is refused with what to do where the parent, the space or the right is gone", async () => {
      const { wiki, port, settings, token, alice } = await open();
      const elsewhere = alice.creates("OPS", "Elsewhere");
      const lost = openConfluence({ settings: { ...settings, parent: elsewhere }, token });
      await expect(made(lost)).rejects.toEqual(refused("parent_gone", /set `confluence.parent`/));
      const parent = alice.creates("ENG", "Runs");
      alice.trashes(parent);
      const trashed = openConfluence({ settings: { ...settings, parent }, token });
      await expect(made(trashed)).rejects.toEqual(refused("parent_gone", /Restore that page/));
      await made(port);
      wiki.deny("ENG", "create");
      await expect(made(port, "Run 2")).rejects.toEqual(
        refused("no_permission", /create pages in space ENG/),
      );
      wiki.deny("ENG", "read");
      await expect(made(port, "Run 3")).rejects.toEqual(refused("space_gone", /no space ENG/));
    });
  });

  it("finds a page by its title in this space only, with its body", async () => {
    const { port, alice } = await open();
    alice.creates("OPS", "Run 1", "<p>theirs</p>");
    expect(await port.findByTitle("Run 1")).toBeNull();
    const page = await made(port);
    expect(await port.findByTitle("Run 1")).toMatchObject({ id: page.id, body: "<p>a</p>" });
    alice.trashes(page.id);
    expect(await port.findByTitle("Run 1")).toBeNull();
  });

  it("says that a page is not there where it is in the trash or deleted, but not where the space is hidden", async () => {
    const { wiki, port, alice } = await open();
    const [one, two, three] = [await made(port, "1"), await made(port, "2"), await made(port, "3")];
    alice.trashes(one.id);
    alice.trashes(two.id);
    alice.purges(two.id);
    expect(await port.page(one.id)).toBeNull();
    expect(await port.page(two.id)).toBeNull();
    expect(await port.update(two.id, () => "<p>b</p>")).toBeNull();
    wiki.deny("ENG", "read");
    await expect(port.page(three.id)).rejects.toEqual(refused("space_gone", /no space ENG/));
  });

  describe("a change", () => {
    it("keeps the title that a person gave the page, and asks nothing where nothing changes", async () => {
      const { wiki, port, alice } = await open();
      const { id } = await made(port);
      alice.renames(id, "A better title");
      await port.update(id, ({ body }) => `${body}<p>b</p>`);
      expect(wiki.page(id)).toMatchObject({ title: "A better title", body: "<p>a</p><p>b</p>", number: 3 });
      await port.update(id, ({ body }) => body);
      expect(wiki.page(id).number).toBe(3);
    });

    it("is made again of what a person wrote meanwhile", async () => {
      const { wiki, port, alice } = await open();
      const { id } = await made(port);
      wiki.faults.before("updatePage", () => alice.edits(id, (body) => `${body}<p>alice</p>`), { times: 3 });
      await port.update(id, ({ body }) => `${body}<p>ours</p>`);
      expect(wiki.page(id).body).toBe("<p>a</p><p>alice</p><p>alice</p><p>alice</p><p>ours</p>");
    });

    it("waits where somebody writes faster than we do", async () => {
      const { wiki, port, alice } = await open();
      const { id } = await made(port);
      wiki.faults.before("updatePage", () => alice.edits(id, (body) => `${body}<p>x</p>`), { times: 100 });
      await expect(port.update(id, ({ body }) => `${body}<p>ours</p>`)).rejects.toThrow(OutsideFailure);
    });

    it("is refused with what to do where we may not edit", async () => {
      const { wiki, port } = await open();
      const { id } = await made(port);
      wiki.deny("ENG", "update");
      await expect(port.update(id, () => "<p>b</p>")).rejects.toEqual(refused("no_permission", /edit pages/));
    });
  });

  it("adds labels, and marks a page once; both come to nothing on a page that is gone", async () => {
    const { wiki, port, alice } = await open();
    const { id } = await made(port);
    await port.label(id, ["countersign", "billing"]);
    await port.label(id, ["countersign"]);
    expect(wiki.page(id).labels.map(({ name }) => name)).toEqual(["countersign", "billing"]);
    expect(await port.markOf(id)).toBeNull();
    await port.mark(id, RUN);
    await port.mark(id, RUN);
    expect(await port.markOf(id)).toBe(RUN);
    expect(wiki.page(id).properties).toHaveLength(1);
    alice.trashes(id);
    await port.label(id, ["late"]);
    await port.mark(id, RUN);
    expect(await port.markOf(id)).toBeNull();
    expect(wiki.violations).toEqual([]);
  });

  it("asks for the space once, and again where it was made anew", async () => {
    const { wiki, port } = await open();
    await made(port, "1");
    await made(port, "2");
    expect(wiki.count("getSpaces")).toBe(1);
    wiki.faults.answer("createPage", { status: 404, body: { errors: [{ status: 404, title: "no space" }] } });
    await expect(made(port, "3")).rejects.toThrow(/404/);
    expect(wiki.count("getSpaces")).toBe(2);
  });

  it("tells trouble that passes from trouble that does not", async () => {
    const { wiki, port } = await open();
    const { id } = await made(port);
    wiki.faults.limit("getPageById", 7);
    await expect(port.page(id)).rejects.toMatchObject({ name: "OutsideFailure", retryAfterMs: 7_000 });
    wiki.faults.down(503);
    await expect(port.page(id)).rejects.toThrow(OutsideFailure);
    await wiki.faults.up();
    wiki.faults.breakBefore("getPageById");
    await expect(port.page(id)).rejects.toThrow(OutsideFailure);
    wiki.faults.answer("getPageById", { status: 200, body: { maintenance: true } });
    await expect(port.page(id)).rejects.toThrow(/can't be read/);
    wiki.faults.revoke();
    await expect(port.page(id)).rejects.toThrow(CredentialsLost);
    await wiki.faults.up();
    expect(await port.page(id)).toMatchObject({ id });
  });

  it("shows neither token nor account in what it says of a failure", async () => {
    const { wiki, port, token } = await open();
    wiki.faults.revoke();
    const error = await port.page("1").catch((thrown: unknown) => thrown);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(token);
  });
});
