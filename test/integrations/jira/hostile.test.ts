import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { codeBlock, doc, paragraph, paragraphs, table } from "#integrations/jira/adf.ts";
import { openJira } from "#integrations/jira/jira.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { textOf } from "#test/support/atlassian/adf.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { newIssue, RUN, stageJira } from "#test/support/atlassian/stage-jira.ts";

const HOSTILE = {
  markup: "{code}x{code} h1. [click|https://evil.example] @channel [~accountid:5b10a:alice] :boom:",
  tags: "</ac:structured-macro><script>alert(1)</script>",
  emoji: "👩‍👩‍👧‍👦 🏳️‍🌈 \ud83d half",
  "right to left": "שלום \u202eevil\u202c مرحبا",
  control: "a\u0000b\u001b[31m\r\nc\u2028d",
  "100 kB": "wörd ".repeat(20_000),
  nothing: " \u200b\n",
};

withContracts("Jira takes any text", () => {
  test.each(Object.entries(HOSTILE))("in an issue and its comments: %s", async (_, text) => {
    const { far, jira } = await stageJira();
    const body = doc([...paragraphs(text), codeBlock(text), table(["Step"], [[text]]), paragraph(text)]);
    const [made] = await jira.createIssues([
      newIssue("run", { summary: text, description: body, mark: { run: RUN, key: text.slice(0, 99) } }),
    ]);
    const id = made?.id ?? "";
    const { id: comment } = await jira.addComment(id, { mark: { run: RUN, key: "a" }, body });
    expect(await jira.editComment(id, comment, body)).toBe("there");
    await jira.edit(id, { summary: text, description: body });
    await jira.link(id, { globalId: "thread", url: "https://acme.slack.com/archives/C1/p1", title: text });
    expect(String(far.issue(id).fields["summary"]).length).toBeLessThanOrEqual(255);
    const shown = textOf(far.issue(id).fields["description"]);
    if (text.trim().length > 20 && text.length < 1000) expect(shown).toContain(text.slice(0, 4));
    for (const hidden of ["\u0000", "\u001b", "\u202e"]) expect(shown).not.toContain(hidden);
    expect(far.violations).toEqual([]);
  });

  test("nobody who calls themselves by somebody's address, and hides their own, is given their work", async () => {
    const us = {
      ...{ name: "us", accountId: "712020:countersign", displayName: "Countersign" },
      emailAddress: "countersign@example.com",
    };
    const impostor = {
      ...{ name: "eve", accountId: "5b10a:eve", displayName: "Bob@Example.com (Bob)" },
      ...{ emailAddress: "eve@evil.example", hidesEmail: true },
    };
    const { jira } = await stageJira("PAY", {}, { people: [us, impostor] });
    expect(await jira.accountOf("bob@example.com")).toBeNull();
  });

  test("names that lead out of their place in an address lead nowhere", async () => {
    const { far, jira } = await stageJira();
    for (const ref of ["../../myself", "PAY-1/comment", "PAY-1?x=", "%2e%2e"])
      await expect(jira.findComments(ref, RUN)).rejects.toMatchObject({ code: "issue_gone" });
    expect(far.calls.filter(({ path }) => path.endsWith("/myself"))).toEqual([]);
  });

  test("an answer that does not come in time, after it was done: found again, and only one", async () => {
    const { far, jira } = await stageJira();
    await jira.createIssues([newIssue("first")]);
    far.faults.hangAfter("createIssue");
    const since = Date.now();
    await expect(jira.createIssues([newIssue("run")])).rejects.toMatchObject({
      ...{ name: "OutsideFailure", message: "Jira does not answer in time" },
    });
    expect(Date.now() - since).toBeLessThan(20_000);
    expect([...(await jira.findIssues(RUN, since)).keys()]).toContain("run");
    expect(far.doubles()).toEqual([]);
  });
});

test("an answer that breaks off in the middle may have been done: it is a failure, no error of ours", async () => {
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => {
      response.writeHead(201, { "content-type": "application/json", "content-length": "500" });
      response.write('{"id":"1', () => response.destroy());
    },
    (response) => response.writeHead(200, { "content-type": "application/json" }).end("{no json"),
    (response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    (response) => response.writeHead(429, { "content-type": "text/plain" }).end("slow down"),
    (response) => response.writeHead(200, { "content-type": "text/html" }).end("<form>Log in</form>"),
  ];
  const server = createServer((_, response) => answers[0]?.(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = JiraSettings.parse({ url, username: "us@example.com", project: "PAY" });
  const jira = openJira({ settings, token: "t" });
  while (answers.length > 0) {
    await expect(jira.myself()).rejects.toMatchObject({ name: "OutsideFailure" });
    answers.shift();
  }
});
