import { expect, it, onTestFinished } from "vitest";
import { refusalOf, wikiClients } from "#test/support/atlassian/clients.ts";
import { startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";

async function stage(options: Parameters<typeof startConfluence>[0] = {}) {
  const wiki = await startConfluence(options);
  onTestFinished(() => wiki.close());
  const { v1, v2 } = wikiClients(wiki);
  const make = async (title: string, value = "<p>hi</p>", more: Record<string, unknown> = {}) => {
    const spaceId = wiki.spaceId("ENG");
    const body = { spaceId, status: "current", title, body: { representation: "storage", value }, ...more };
    return Number((await v2.page.createPage({ body })).id);
  };
  const update = (id: number, number: number, value: string, title = "Run") =>
    v2.page.updatePage({
      id,
      body: {
        id: String(id),
        status: "current",
        title,
        body: { representation: "storage", value },
        version: { number },
      },
    });
  const read = (id: number) => v2.page.getPageById({ id, bodyFormat: "storage" });
  return { wiki, v1, v2, make, update, read };
}

withContracts("a double of Confluence", () => {
  it("keeps a page with its versions under the homepage or a parent", async () => {
    const { wiki, v2, make, update, read } = await stage();
    const parent = await make("Runs");
    const id = await make("Run", "<p>one</p>", { parentId: String(parent) });
    await update(id, 2, "<p>two</p>");
    expect(await read(id)).toMatchObject({
      title: "Run",
      parentId: String(parent),
      version: { number: 2 },
      body: { storage: { value: "<p>two</p>" } },
    });
    expect(wiki.page("Runs").parent).toBe(wiki.homepage("ENG"));
    expect(wiki.page("Run").versions.map(({ body }) => body)).toEqual(["<p>one</p>", "<p>two</p>"]);
    const { results } = await v2.page.getPages({ title: "Run", spaceId: [Number(wiki.spaceId("ENG"))] });
    expect(results?.map((page) => page.id)).toEqual([String(id)]);
    expect(wiki.violations).toEqual([]);
  });

  it("refuses a version that is not the next one", async () => {
    const { wiki, make, update } = await stage();
    const id = await make("Run");
    wiki.person("alice").edits(String(id), (body) => `${body}<p>hers</p>`);
    expect(await refusalOf(update(id, 2, "<p>ours</p>"))).toEqual({
      status: 409,
      said: "Version must be incremented when updating a page. Current Version: [2]. Provided version: [2]",
    });
    await update(id, 3, "<p>hi</p><p>hers</p><p>ours</p>");
    expect(wiki.page("Run").versions.map(({ author }) => author)).toEqual([
      "712020:countersign",
      "5b10a:alice",
      "712020:countersign",
    ]);
  });

  it("refuses a title that is taken in the space, and a body that is too big", async () => {
    const { make } = await stage({ bodyLimit: 100 });
    await make("Run");
    const { status, said } = await refusalOf(make("run"));
    expect([status, said]).toEqual([400, expect.stringContaining("A page with this title already exists")]);
    expect((await refusalOf(make("Big", `<p>${"a".repeat(100)}</p>`))).status).toBe(413);
    expect((await refusalOf(make("a".repeat(256)))).status).toBe(400);
  });

  it.each([
    ["a tag that is not closed", "<p>a", "Unexpected EOF; was expecting a close tag for element <p>"],
    ["tags that cross", "<p><strong>a</p></strong>", "Unexpected close tag </p>; expected </strong>."],
    ["a tag of HTML alone", "<p>a<br>b</p>", "Unexpected close tag </p>; expected </br>."],
    ["a bare ampersand", "<p>a & b</p>", "Unexpected character after '&'"],
    ["an entity that is none", "<p>&foo;</p>", 'Undeclared general entity "foo"'],
    [
      "the end of a macro of ours",
      "<p></ac:structured-macro></p>",
      "Unexpected close tag </ac:structured-macro>; expected </p>.",
    ],
    ["an attribute without quotes", "<p class=a>b</p>", "Unexpected character 'p' in markup"],
    ["a control character", "<p>\u0007</p>", "Illegal character."],
    ["script", "<script>1</script>", "Unknown element <script>."],
    ["a handler", '<p onclick="x()">a</p>', "Attribute onclick is not allowed."],
    ["a macro that is not there", '<ac:structured-macro ac:name="evil" />', "Unknown macro 'evil'."],
    [
      "a parameter that is none",
      '<ac:structured-macro ac:name="info"><ac:parameter ac:name="x">1</ac:parameter></ac:structured-macro>',
      "Macro 'info' has no parameter 'x'.",
    ],
    [
      "a parameter without a name",
      '<ac:structured-macro ac:name="info"><ac:parameter>1</ac:parameter></ac:structured-macro>',
      "A parameter of macro 'info' has no name.",
    ],
    ["CDATA in a paragraph", "<p><![CDATA[a]]></p>", "CDATA is only allowed in plain text bodies."],
    ["a list item in nothing", "<li>a</li>", "<li> outside of <ul> or <ol>."],
  ])("refuses %s", async (_, body, words) => {
    const { make } = await stage();
    const { status, said } = await refusalOf(make("Run", body));
    expect([status, said]).toEqual([400, expect.stringContaining(words)]);
  });

  it("keeps not quite what it got: comments go, macros get ids, some letters get names", async () => {
    const { make, read } = await stage();
    const code =
      '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[a < b && "c"]]></ac:plain-text-body></ac:structured-macro>';
    const id = await make("Run", `<!-- ours --><p>für Ümit — 🙂 &amp; مرحبا</p><p></p>${code}`);
    const value = (await read(id)).body?.storage?.value ?? "";
    expect(value.replace(/ac:macro-id="[^"]+"/, "ac:macro-id")).toBe(
      '<p>f&uuml;r &Uuml;mit &mdash; 🙂 &amp; مرحبا</p><p /><ac:structured-macro ac:name="code" ac:schema-version="1" ac:macro-id>' +
        '<ac:plain-text-body><![CDATA[a < b && "c"]]></ac:plain-text-body></ac:structured-macro>',
    );
  });

  it("hides a page in the trash, and gives it back unchanged when we write to it", async () => {
    const { wiki, make, update, read } = await stage();
    const id = await make("Run");
    wiki.person("bob").trashes(String(id));
    expect((await refusalOf(read(id))).status).toBe(404);
    await update(id, 2, "<p>new</p>");
    expect(await read(id)).toMatchObject({ status: "current", body: { storage: { value: "<p>hi</p>" } } });
    wiki.person("bob").purges(String(id));
    expect((await refusalOf(update(id, 3, "<p>x</p>"))).status).toBe(404);
  });

  it("gives and takes rights", async () => {
    const { wiki, v2, make, update, read } = await stage();
    const id = await make("Run");
    wiki.deny("ENG", "update");
    expect((await refusalOf(update(id, 2, "<p>x</p>"))).status).toBe(403);
    const { operations } = await v2.operation.getSpaceOperations({ id: Number(wiki.spaceId("ENG")) });
    expect(operations).toContainEqual({ operation: "create", targetType: "page" });
    wiki.deny("ENG", "create");
    expect((await refusalOf(make("Other"))).status).toBe(403);
    wiki.deny("ENG", "read");
    expect((await refusalOf(read(id))).status).toBe(404);
    const { results } = await v2.space.getSpaces({});
    expect(results?.map(({ key }) => key)).toEqual(["OPS", "READ"]);
  });

  it("keeps labels by the first API and properties by the second, each property with its version", async () => {
    const { wiki, v1, v2, make } = await stage();
    const id = await make("Run");
    await v1.contentLabels.addLabelsToContent({
      id: String(id),
      body: [{ prefix: "global", name: "countersign" }],
    });
    const bad = v1.contentLabels.addLabelsToContent({
      id: String(id),
      body: [{ prefix: "global", name: "two words" }],
    });
    expect((await refusalOf(bad)).status).toBe(400);
    expect((await v2.label.getPageLabels({ id })).results?.map(({ name }) => name)).toEqual(["countersign"]);
    const property = { pageId: id, key: "countersign", value: { run: "1" } };
    const made = await v2.contentProperties.createPageProperty(property);
    expect((await refusalOf(v2.contentProperties.createPageProperty(property))).status).toBe(409);
    const renew = (number: number) =>
      v2.contentProperties.updatePagePropertyById({
        ...property,
        propertyId: Number(made.id),
        value: { run: "2" },
        version: { number },
      });
    expect((await refusalOf(renew(1))).status).toBe(409);
    await renew(2);
    const { results } = await v2.contentProperties.getPageContentProperties({
      pageId: id,
      key: "countersign",
    });
    expect(results).toMatchObject([{ value: { run: "2" }, version: { number: 2 } }]);
    expect(await v1.users.getCurrentUser({})).toMatchObject({ displayName: "Countersign" });
    expect(wiki.violations).toEqual([]);
  });

  it("records what does not fit Atlassian's document", async () => {
    const { wiki, v2 } = await stage();
    const flat = v2.page.createPage({ title: "Run", spaceId: "65537" } as never);
    expect((await refusalOf(flat)).status).toBe(400);
    expect(wiki.violations).toMatchObject([{ kind: "request", operation: "createPage" }]);
  });

  it("lists pages that carry the same mark", async () => {
    const { wiki, v2, make } = await stage();
    for (const title of ["Run", "Run again"]) {
      await v2.contentProperties.createPageProperty({
        pageId: await make(title),
        key: "countersign",
        value: { run: "1" },
      });
    }
    expect(wiki.doubles()).toMatchObject([{ what: "page property countersign", value: { run: "1" } }]);
  });
});
