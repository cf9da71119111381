import { expect, test } from "vitest";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { newIssue, RUN, stageJira } from "#test/support/atlassian/stage-jira.ts";

withContracts("What is in Jira", () => {
  test("a time-out after issues were made: they are found by their marks, once search knows them", async () => {
    const { far, jira } = await stageJira("PAY", {}, { indexLagMs: 60_000 });
    const since = Date.now();
    await jira.createIssues([newIssue("other", { mark: { run: "another", key: "step:a" } })]);
    far.person("alice").creates("PAY", "Task", "Not ours");
    far.faults.breakAfter("createIssues");
    const steps = ["a", "b"].map((key) => newIssue(`step:${key}`));
    await expect(jira.createIssues(steps)).rejects.toMatchObject({ name: "OutsideFailure" });
    expect(await jira.findIssues(RUN, since)).toEqual(new Map());
    far.lag(0);
    const found = await jira.findIssues(RUN, since);
    expect([...found].map(([key, ref]) => [key, ref.key])).toEqual([
      ["step:a", "PAY-3"],
      ["step:b", "PAY-4"],
    ]);
    expect(far.violations).toEqual([]);
  });

  test("among hundreds that we have made since then", async () => {
    const { far, jira } = await stageJira("MOB");
    const many = (run: string) =>
      Array.from({ length: 130 }, (_, at) => newIssue(`step:${at}`, { mark: { run, key: `step:${at}` } }));
    await jira.createIssues([...many("another"), ...many(RUN)]);
    expect((await jira.findIssues(RUN, Date.now())).size).toBe(130);
    expect(far.count("searchAndReconsileIssuesUsingJqlPost")).toBe(3);
  });

  test("issues as they stand: moved ones keep their id, deleted ones are missing", async () => {
    const { far, jira } = await stageJira();
    const made = await jira.createIssues(["a", "b", "c"].map((key) => newIssue(key)));
    const [stays, moves, goes] = made.map(({ id }) => id);
    const alice = far.person("alice");
    const key = alice.relocates(moves ?? "", "MOB");
    alice.deletes(goes ?? "");
    const states = await jira.issues([stays ?? "", moves ?? "", goes ?? ""]);
    expect([...states.keys()]).toEqual([stays, moves]);
    expect(states.get(moves ?? "")).toMatchObject({
      ...{ key, url: `${far.url}/browse/${key}`, projectKey: "MOB", mark: { run: RUN, key: "b" } },
      status: { name: "To Do", category: "new" },
    });
    expect(far.count("bulkFetchIssues")).toBe(1);
  });

  test("by keys too, also by one that it had before", async () => {
    const { far, jira } = await stageJira();
    const alice = far.person("alice");
    const [old, stays] = [alice.creates("PAY", "Task", "Moves"), alice.creates("PAY", "Task", "Stays")];
    const now = alice.relocates(old, "MOB");
    const states = await jira.issues([old, stays.toLowerCase(), "PAY-999", "../../myself", "no such"]);
    expect([...states].map(([ref, { key, mark }]) => [ref, key, mark])).toEqual([
      [stays.toLowerCase(), stays, null],
      [old, now, null],
    ]);
  });

  test("an issue in another project now is moved along that one's workflow", async () => {
    const { far, jira } = await stageJira();
    const [made] = await jira.createIssues([newIssue("run")]);
    await jira.move(made?.id ?? "", "indeterminate");
    far.person("alice").relocates(made?.id ?? "", "HOP");
    expect(await jira.move(made?.id ?? "", "done")).toMatchObject({ name: "Released" });
  });

  test("where all that was asked for is missing it is the project that may be gone", async () => {
    const { far, jira } = await stageJira();
    const [made] = await jira.createIssues([newIssue("run")]);
    far.removeProject("PAY");
    await expect(jira.issues([made?.id ?? ""])).rejects.toMatchObject({ code: "project_gone" });
    await expect(jira.findIssues(RUN, Date.now())).rejects.toMatchObject({ code: "project_gone" });
    await expect(jira.move(made?.id ?? "", "done")).rejects.toMatchObject({ code: "project_gone" });
  });

  test.each([500, 502, 503, 504])("a %i may be tried again", async (status) => {
    const { far, jira } = await stageJira();
    far.faults.down(status, { "Retry-After": "7" });
    const error = { name: "OutsideFailure", message: `Jira answers ${status}` };
    await expect(jira.createIssues([newIssue("run")])).rejects.toMatchObject(error);
    await expect(jira.issues(["1"])).rejects.toMatchObject(error);
    await expect(jira.findComments("1", RUN)).rejects.toMatchObject(error);
    await far.faults.up();
    expect(await jira.createIssues([newIssue("run")])).toHaveLength(1);
  });

  test("a limit says how long to wait, and nobody tries again before", async () => {
    const { far, jira } = await stageJira();
    far.faults.limit("createIssue", 17);
    await expect(jira.createIssues([newIssue("run")])).rejects.toMatchObject({
      ...{ name: "OutsideFailure", retryAfterMs: 17_000, message: "Jira limits us (429)" },
    });
    expect(far.count("createIssue")).toBe(1);
  });

  test("Jira's own limit of writes to one issue is such a limit", async () => {
    const { jira } = await stageJira();
    const [made] = await jira.createIssues([newIssue("run")]);
    const links = Array.from({ length: 21 }, (_, at) => ({
      globalId: "one",
      url: "https://x.y/",
      title: `${at}`,
    }));
    const write = async () => {
      for (const link of links) await jira.link(made?.id ?? "", link);
    };
    await expect(write()).rejects.toMatchObject({ message: "Jira limits us (429)" });
  });

  test("a token that is not accepted is not forgotten but tried again later", async () => {
    const { far, jira } = await stageJira();
    far.faults.revoke();
    await expect(jira.myself()).rejects.toBeInstanceOf(CredentialsLost);
    await far.faults.up();
    expect(await jira.myself()).toMatchObject({ displayName: "Countersign" });
  });

  test.each(["refuse", "breakBefore"] as const)(
    "a Jira that can't be reached (%s) may be tried again",
    async (how) => {
      const { far, jira } = await stageJira();
      if (how === "refuse") await far.faults.refuse();
      else far.faults.breakBefore("createIssue");
      await expect(jira.createIssues([newIssue("run")])).rejects.toMatchObject({ name: "OutsideFailure" });
      await far.faults.up();
      expect(await jira.createIssues([newIssue("run")])).toHaveLength(1);
      expect(far.issues()).toHaveLength(1);
    },
  );

  test("a page for people instead of an answer is a failure of theirs", async () => {
    const { far, jira } = await stageJira();
    far.faults.answer("getCurrentUser", { status: 200, body: "<html>Log in</html>" });
    await expect(jira.myself()).rejects.toMatchObject({ message: "Jira gives an answer that can't be read" });
    far.faults.answer("getCurrentUser", { status: 200, body: { name: "somebody" } });
    await expect(jira.myself()).rejects.toMatchObject({ message: "Jira gives an answer that can't be read" });
  });

  test("no token is in any error", async () => {
    const { far, jira } = await stageJira();
    far.faults.down(503);
    const error = await jira.accountOf("alice@example.com").catch((thrown: unknown) => thrown);
    const { token, email } = far.credentials;
    const said = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
    expect(said).not.toContain(token);
    expect(said).not.toContain(Buffer.from(`${email}:${token}`).toString("base64"));
  });

  test.each(["not an address", "dana"])("an account that can't be one is said: %j", async (username) => {
    const stage = stageJira("PAY", { username });
    await expect(stage).rejects.toMatchObject({ code: "bad_account" });
  });
});
