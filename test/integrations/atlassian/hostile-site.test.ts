import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { openConfluence } from "#integrations/confluence/confluence.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { openJira } from "#integrations/jira/jira.ts";
import { JiraSettings, SiteUrl } from "#integrations/jira/settings.ts";

const TOKEN = "ATATT-not-to-be-seen-anywhere";
const USER = "bot@acme.example";
const BASIC = Buffer.from(`${USER}:${TOKEN}`).toString("base64");

/** A server on loopback; `heard`: what came in. */
async function site(answer: RequestListener) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization ?? "no token"}`);
    request.resume().on("end", () => answer(request, response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** One call that reads and one that writes, through each of the real clients. */
const CALLS = {
  "reads Jira": (url: string) => jira(url).myself(),
  "writes to Jira": (url: string) => jira(url).edit("10001", { summary: "Words of ours" }),
  "reads Confluence": (url: string) => wiki(url).page("4711"),
  "writes to Confluence": (url: string) => wiki(url).label("4711", ["countersign"]),
};

const jira = (url: string) =>
  openJira({ settings: JiraSettings.parse({ url, username: USER, project: "PAY" }), token: TOKEN });
const wiki = (url: string) =>
  openConfluence({ settings: ConfluenceSettings.parse({ url, username: USER, space: "ENG" }), token: TOKEN });

/** What a failed call leaves in logs, sentences and the database. */
async function failureOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => "it succeeded",
    (failure: unknown) => failure,
  );
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  for (const isTerminal of [true, false])
    createLogger({ now: Date.now, write, isTerminal }).warn("it failed", { error });
  return [String(error), inspect(error, { depth: 9 }), ...lines].join("\n");
}

describe.each(Object.entries(CALLS))("a site that means ill: whoever %s", (_, call) => {
  test.each([301, 302, 303, 307, 308])(
    "is not sent to another one (%i), with or without our token",
    async (status) => {
      const other = await site((_request, response) =>
        response.setHeader("content-type", "application/json").end("{}"),
      );
      const near = await site((_request, response) =>
        response.writeHead(status, { location: `${other.url}/collect` }).end(),
      );
      const failure = await failureOf(call(near.url));
      expect(failure).toContain("another address");
      expect(near.heard).toHaveLength(1);
      expect(other.heard).toEqual([]);
    },
  );

  test.each([
    ["in its messages", 400, { errorMessages: [`bad header: Basic ${BASIC} of ${TOKEN}`], errors: {} }],
    ["in a field", 400, { errorMessages: [], errors: { summary: `Basic ${BASIC}`, [TOKEN]: TOKEN } }],
    ["in its errors", 403, { errors: [{ title: TOKEN, detail: BASIC }], message: TOKEN }],
    ["where it fails", 500, { message: TOKEN, more: { deep: [BASIC] } }],
    ["where it does not let us in", 401, { message: TOKEN }],
    ["where it limits us", 429, TOKEN],
  ])("keeps the token to itself where the site quotes it %s", async (_where, status, body) => {
    const near = await site((_request, response) =>
      response
        .writeHead(status, { "content-type": "application/json", "x-echo": BASIC })
        .end(JSON.stringify(body)),
    );
    const failure = await failureOf(call(near.url));
    expect(failure).toMatch(/refused|answers|accept|limits|not let|may not|can't/);
    expect(failure).not.toContain(TOKEN);
    expect(failure).not.toContain(BASIC);
  });

  test.each([400, 502])("says little of a page of a megabyte for people (%i)", async (status) => {
    const page = `<html>${"<p>proxy</p>".repeat(100_000)}</html>`;
    const near = await site((_request, response) =>
      response.writeHead(status, { "content-type": "text/html" }).end(page),
    );
    expect((await failureOf(call(near.url))).length).toBeLessThan(60_000);
  });

  test("says nothing that a database or a terminal could not take", async () => {
    const said = "not\u0000 so \u001b]8;;http://evil\u0007 \ud800";
    const near = await site((_request, response) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ errorMessages: [said], errors: { ["a\u0000"]: said } })),
    );
    const error: unknown = await call(near.url).catch((failure: unknown) => failure);
    expect(String(error)).toContain("not so");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those must not be there
    expect(inspect(error, { depth: 9 })).not.toMatch(/[\u0000\u001b\u0007\ud800]|\\x00|\\x1B|\\ud800/i);
  });

  test("says little of a thousand reasons of a thousand letters", async () => {
    const reasons = Array.from({ length: 1_000 }, () => "no ".repeat(400));
    const errors = Object.fromEntries(reasons.map((why, i) => [`field ${i}`, why]));
    const near = await site((_request, response) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ errorMessages: reasons, errors })),
    );
    expect((await failureOf(call(near.url))).length).toBeLessThan(200_000);
  });
});

test("a token goes over http to this very machine only", () => {
  for (const url of [
    "http://jira.acme.example",
    "http://10.0.0.8:8080",
    "http://127.0.0.1.evil.example",
    "ftp://x",
  ])
    expect(SiteUrl.safeParse(url).success, url).toBe(false);
  for (const url of [
    "https://acme.atlassian.net",
    "http://127.0.0.1:8080",
    "http://localhost:1",
    "http://[::1]:1",
  ])
    expect(SiteUrl.safeParse(url).success, url).toBe(true);
});
