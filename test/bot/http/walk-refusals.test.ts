import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { SCOPES, type Scope } from "#bot/outside/requests/asking.ts";
import { useApiStage } from "#test/support/api-stage.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";
import type { Operation } from "#test/support/walk/operations.ts";
import type { Ready } from "#test/support/walk/scene.ts";
import { fieldsOf, openWalk, type Walk } from "#test/support/walk/walk.ts";
import { wrongParameters } from "#test/support/walk/wrong-parameters.ts";
import { unheldFields, wrongValues } from "#test/support/walk/wrong-values.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const stage = useApiStage(await testDatabase(), { API_RATE_LIMIT: "9999999", CALLBACK_ALLOW_PRIVATE: "1" });

let walk: Walk;
/** Each operation with a right call, which refused ones leave as it is. */
const all: { readonly operation: Operation; readonly call: Ready }[] = [];
beforeAll(async () => {
  walk = await openWalk(stage());
  for (const operation of walk.operations) all.push({ operation, call: await walk.ready(operation) });
});

/** Refuses the call, and names this field or one inside it. */
async function expectNamed(
  operation: Operation,
  call: Ready,
  more: Partial<Ready>,
  field: string,
  why: string,
) {
  const answer = await walk.make(operation, call, more);
  const fields = fieldsOf(answer);
  const isNamed = fields.some((one) => one === field || one.startsWith(`${field}.`));
  expect
    .soft({ status: answer.status, code: answer.body.code, fields, isNamed }, `${operation.id}: ${why}`)
    .toMatchObject({ status: 422, code: "bad_input", isNamed: true });
}

describe("What the document forbids is refused, and named:", () => {
  test("every field of every body that is missing, unknown, of another type, too short, too long, none of the words", async () => {
    let tried = 0;
    for (const { operation, call } of all) {
      if (operation.body === null) continue;
      const { schema } = operation.body;
      expect(unheldFields(schema, call.body), `${operation.id}: what its right call leaves out`).toEqual([]);
      for (const { value, field, why } of wrongValues(schema, call.body)) {
        const named = field === "" ? "json" : field;
        await expectNamed(operation, call, { body: value }, named, `${named} ${why}`);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(900);
  });

  test("every parameter of every address and header", async () => {
    let tried = 0;
    for (const { operation, call } of all)
      for (const { name, text, more } of wrongParameters(operation, call)) {
        await expectNamed(operation, call, more, name.toLowerCase(), `${name} is ${text.slice(0, 20)}`);
        tried += 1;
      }
    expect(tried).toBeGreaterThan(60);
  });
});

const isForPeople = (call: Ready): boolean => call.key === walk.bob;
const keyLike = (call: Ready, scopes: readonly Scope[], more: object = {}) =>
  stage().key({ ...(isForPeople(call) ? { person: BOB } : { owner: ALICE }), scopes, ...more });

describe("Who may not is refused:", () => {
  test("whose key has every scope but those that the operation tells of", async () => {
    for (const { operation, call } of all) {
      const [, first, second] = /scope: (\w+)(?: or (\w+))?/i.exec(operation.description) ?? [];
      const told = SCOPES.filter((scope) => scope === first || scope === second);
      expect(told, `${operation.id} tells which scope it needs`).not.toEqual([]);
      const key = await keyLike(
        call,
        SCOPES.filter((scope) => !told.includes(scope)),
      );
      const { status, body } = await walk.make(operation, call, { key });
      expect.soft([operation.id, status, body.code]).toEqual([operation.id, 403, "not_allowed"]);
    }
  });

  test("an agent's key where a person's is needed, whatever its scopes", async () => {
    const people = all.filter(({ call }) => isForPeople(call));
    expect(people).toHaveLength(3);
    const key = await stage().key({ scopes: SCOPES, owner: ALICE });
    for (const { operation, call } of people)
      expect(await walk.make(operation, call, { key }), operation.id).toMatchObject({
        ...{ status: 403, body: { code: "person_required" } },
      });
  });

  test("whose key is of another project: it finds nothing, and lists nothing", async () => {
    for (const { operation, call } of all.filter(reads)) {
      const key = await keyLike(call, isForPeople(call) ? ["respond"] : SCOPES, { project: randomUUID() });
      const { status, body } = await walk.make(operation, call, { key, query: "" });
      const expected = call.params ? { status: 404, code: "not_found" } : { status: 200, items: [] };
      expect.soft({ ...body, status }, operation.id).toMatchObject(expected);
    }
  });
});

/** Whether it needs something that is there already. */
const reads = ({ operation, call }: (typeof all)[number]): boolean =>
  operation.method === "GET" || (call.params !== undefined && operation.id !== "saveCheckpoint");

test("What is not there is not found, at every address that names something", async () => {
  for (const { operation, call } of all.filter(reads)) {
    if (!call.params) continue;
    const uuid = randomUUID();
    const id = operation.path.includes("/tasks/") ? `${uuid}.scan.1` : uuid;
    const params = Object.fromEntries(Object.keys(call.params).map((name) => [name, id]));
    const { status, body } = await walk.make(operation, call, { params, query: "" });
    expect.soft([operation.id, status, body.code]).toEqual([operation.id, 404, "not_found"]);
  }
});

/** What ends something, and what whoever comes late is told. */
const ONCE = {
  ...{ respondToRequest: "already_settled" },
  ...{ reworkGoal: "wrong_state", cancelGoal: "wrong_state" },
  ...{ completeTask: "stale_attempt", failTask: "stale_attempt", askAboutTask: "stale_attempt" },
  ...{ respondToFunctionCall: "already_settled", respondToHumanContact: "already_settled" },
} as const;

test("What can happen once is 409 the second time, with a code that says why", async () => {
  for (const { operation, call } of all) {
    const code = Object.entries(ONCE).find(([id]) => id === operation.id)?.[1];
    if (code === undefined) continue;
    const first = await walk.make(operation, call);
    expect(first.status, `${operation.id}: ${JSON.stringify(first.body)}`).toBeLessThan(300);
    const { status, body } = await walk.make(operation, call);
    expect.soft([operation.id, status, body.code]).toEqual([operation.id, 409, code]);
  }
});
