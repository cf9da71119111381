import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());
const read = async (wish: object) =>
  stage().call("GET", "/metrics", { key: await stage().key({ scopes: ["events"], ...wish }) });

describe("The metrics", () => {
  test("tell Prometheus what stands in the key's workspace, and of this process", async () => {
    const key = await stage().key();
    for (const title of ["one", "two"])
      await stage().call("POST", "/api/v1/requests", { key, body: { title } });
    const { status, headers, body } = await read({});
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toContain("\ncountersign_requests_open 2\n");
    for (const name of ["runs_open", "deliveries", "tasks_held", "streams_open"])
      expect(body).toMatch(new RegExp(`^countersign_${name}(\\{state="\\w+"\\})? 0$`, "m"));
    const lines: readonly string[] = body.trimEnd().split("\n");
    for (const line of lines)
      expect(line).toMatch(/^(# (HELP|TYPE) countersign_\w+ .+|countersign_\w+(\{state="\w+"\})? [\d.]+)$/);
  });

  test("tell nothing of another workspace", async () => {
    expect((await read({ workspace: "T02OTHER" })).body).toContain("\ncountersign_requests_open 0\n");
  });

  test("need a key with the scope events that reaches more than one project", async () => {
    const refused = [
      await stage().call("GET", "/metrics"),
      await read({ scopes: ["ask"] }),
      await read({ project: randomUUID() }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([401, 403, 403]);
  });
});
