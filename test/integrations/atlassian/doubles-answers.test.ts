import { expect, it, onTestFinished } from "vitest";
import { startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import type { Double } from "#test/support/atlassian/double.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

/** Asks for each path and says what was wrong with an answer. */
async function ask(double: Double, paths: readonly string[]): Promise<unknown[]> {
  const { email, token } = double.credentials;
  const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
  for (const path of paths) await fetch(`${double.url}${path}`, { headers: { authorization } });
  const failed = double.calls
    .filter(({ status }) => status !== 200)
    .map(({ path, status }) => `${path} ${status}`);
  return [...double.violations, ...failed];
}

withContracts("the doubles answer as Atlassian's documents say", () => {
  it("in Jira", async () => {
    const jira = await startJira();
    onTestFinished(() => jira.close());
    const alice = jira.person("alice");
    const epic = alice.creates("TEAM", "Epic", "An epic", { customfield_10050: { value: "Red" } });
    const key = alice.creates("TEAM", "Story", "A story", {
      customfield_10050: { value: "Blue" },
      parent: { key: epic },
    });
    const { id } = alice.comments(key, "hello");
    alice.moves(key, "Done");
    const api = "/rest/api/3";
    const paths = [
      "/serverInfo",
      "/myself",
      "/project/TEAM",
      "/project/search?keys=TEAM&maxResults=1",
      "/project/TEAM/statuses",
      "/status",
      "/field",
      "/issue/createmeta/TEAM/issuetypes",
      "/issue/createmeta/TEAM/issuetypes/10001?maxResults=3",
      `/issue/${key}?expand=changelog,transitions&properties=*all&fields=-comment`,
      `/issue/${key}?fields=summary,parent,status`,
      `/issue/${key}/editmeta`,
      `/issue/${key}/transitions?expand=transitions.fields`,
      `/issue/${key}/changelog?maxResults=1`,
      `/issue/${key}/comment`,
      `/issue/${key}/comment/${id}`,
      `/issue/${key}/properties`,
      `/issue/${key}/remotelink`,
      `/comment/${id}/properties`,
      "/mypermissions?permissions=CREATE_ISSUES",
      "/user?accountId=5b10a:alice",
      "/user/bulk?accountId=5b10a:alice&accountId=5b10a:bob",
      "/user/search?query=ali",
      "/user/assignable/search?project=TEAM",
      `/bulk/issues/transition?issueIdsOrKeys=${key},${epic}`,
      "/search/jql?jql=project%20%3D%20TEAM&fields=*all&expand=changelog",
    ];
    expect(
      await ask(
        jira,
        paths.map((path) => `${api}${path}`),
      ),
    ).toEqual([]);
  });

  it("in Confluence", async () => {
    const wiki = await startConfluence();
    onTestFinished(() => wiki.close());
    const alice = wiki.person("alice");
    const id = alice.creates("ENG", "Runs", "<p>all</p>");
    alice.edits(id, "<p>more</p>");
    alice.moves(alice.creates("ENG", "Run"), id);
    const api = "/wiki/api/v2";
    const paths = [
      "/spaces?keys=ENG",
      `/spaces/${wiki.spaceId("ENG")}`,
      `/spaces/${wiki.spaceId("ENG")}/operations`,
      `/spaces/${wiki.spaceId("ENG")}/pages?limit=1&body-format=storage`,
      "/pages?title=Runs&status=current",
      `/pages/${id}?body-format=storage&include-labels=true`,
      `/pages/${id}?version=1&body-format=storage`,
      `/pages/${id}/children`,
      `/pages/${id}/ancestors`,
      `/pages/${id}/versions?body-format=storage`,
      `/pages/${id}/versions/1`,
      `/pages/${id}/operations`,
      `/pages/${id}/labels`,
      `/pages/${id}/properties`,
    ];
    expect(
      await ask(wiki, [...paths.map((path) => `${api}${path}`), `/wiki/rest/api/content/${id}/label`]),
    ).toEqual([]);
  });
});
