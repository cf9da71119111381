import { expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());

test("Without a key nobody gets in, and is told how to make one", async () => {
  const { status, body } = await stage().call("GET", "/api/v1/requests");
  expect(status).toBe(401);
  expect(body).toMatchObject({ code: "unauthorized", status: 401 });
  expect(body.detail).toMatch(/key create/);
});

test("A key that holds gets beyond the door", async () => {
  const key = await stage().key();
  const { status } = await stage().call("GET", "/api/v1/nothing-here", { key });
  expect(status).toBe(404);
});
