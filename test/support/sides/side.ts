import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect } from "vitest";
import { openCircuit } from "#db/circuits.ts";
import { saveConnection } from "#db/connections.ts";
import { giveGoAhead } from "#db/go-aheads.ts";
import { hear } from "#db/heard.ts";
import { rememberHome } from "#db/home.ts";
import { saveLink } from "#db/links.ts";
import { saveProject, saveWorkflow } from "#db/places.ts";
import { beginTrouble } from "#db/troubles.ts";
import type { Answered, ApiStage } from "#test/support/api-stage.ts";
import type { Callee } from "#test/support/callee.ts";
import { makeRepository } from "#test/support/e2e/repository.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";

/** By what everything is found that a side has: ids of its own, and names that only it gave. */
export type Target = {
  readonly openRequest: string;
  readonly settledRequest: string;
  readonly functionCall: string;
  readonly humanContact: string;
  readonly workflowId: string;
  readonly checkpointId: string;
  readonly goal: string;
  readonly goalNumber: number;
  readonly run: string;
  readonly task: string;
  readonly agent: string;
  readonly agentName: string;
  readonly webhook: string;
  /** Of an event that its agent published. */
  readonly eventId: string;
  readonly project: string;
  readonly workflow: string;
};

/** Those who must not see each other: a workspace, or a project with keys of its own. */
export type Side = {
  /** A word that stands in all texts of this side, and in no other's. */
  readonly word: string;
  readonly has: Target;
  /** One call with the key of its agent, or of its person. */
  call(method: string, path: string, asked?: SideCall): Promise<Answered>;
  readonly agentKey: string;
  readonly personKey: string;
};

export type SideCall = {
  readonly as?: "agent" | "person";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

export type SideWish = {
  readonly word: string;
  readonly workspace: string;
  /** Whether its keys reach its project alone. */
  readonly boundToProject: boolean;
  /** Names that both sides give to things of theirs; where they can't be the same, each gives its own. */
  readonly names: string;
  /** Where it is called back to. */
  readonly callee: Callee;
};

/** Fills a side with one of everything, through the API of the app that it belongs to. */
export async function fillSide(stage: ApiStage, wish: SideWish): Promise<Side> {
  const { word, workspace, names, boundToProject, callee } = wish;
  const project = await saveSideProject(stage, wish);
  const reach = { workspace, ...(boundToProject ? { project } : {}) };
  const agentKey = await stage.key({ ...reach, name: `helper ${names}`, owner: ALICE });
  const personKey = await stage.key({
    ...reach,
    scopes: ["respond"],
    name: "a token",
    person: BOB,
    owner: BOB,
  });
  const call: Side["call"] = (method, path, { as = "agent", body, headers = {} } = {}) =>
    stage.call(method, path, {
      key: as === "agent" ? agentKey : personKey,
      ...(body === undefined ? {} : { body }),
      headers,
    });

  const post = async (path: string, body: object, asked: SideCall = {}) => {
    const headers = { "idempotency-key": `once-${path}` };
    const answer = await call("POST", path, { body, headers, ...asked });
    expect(answer, `POST ${path}`).toMatchObject({ status: expect.toBeOneOf([200, 201, 202]) });
    return answer.body;
  };

  const webhook = await post("/api/v1/webhooks", { url: `${callee.url}/${word}/events`, events: ["*"] });
  const agent = await post("/api/v1/agents", {
    ...{ name: `scanner ${names}`, description: word, capabilities: [`scan-${names}`], max_concurrent: 5 },
  });
  const requests = await fillRequests({ call, post }, wish);
  const goal = await post("/api/v1/goals", { workflow: `scan-${names}`, project: `only-${word}` });
  const claimed = await post(
    "/api/v1/tasks/claim",
    { agent: `scanner ${names}`, wait: 30, lease_seconds: 600 },
    { headers: { "idempotency-key": randomUUID() } },
  );
  const event = await post("/api/v1/events", {
    ...{ event_type: "code.approved", workflow_id: `wf-${word}`, data: { word }, metadata: { word } },
  });
  const has = {
    ...requests,
    ...{
      goal: goal.goal_id,
      goalNumber: goal.number,
      eventId: event.event_id,
      run: goal.run_id,
      task: claimed.task.id,
    },
    ...{ agent: agent.id, agentName: `only ${word}`, webhook: webhook.id },
    ...{ project: `only-${word}`, workflow: `only-${word}` },
  };
  await post(
    "/api/v1/agents",
    { name: has.agentName, capabilities: ["nothing"] },
    { headers: { "idempotency-key": randomUUID() } },
  );
  return { word, has, call, agentKey, personKey };
}

type Hands = Pick<Side, "call"> & {
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it reads
  post(path: string, body: object, asked?: SideCall): Promise<any>;
};

async function fillRequests({ call, post }: Hands, { word, names, callee }: SideWish) {
  const ids = { workflow_id: `wf-${names}`, checkpoint_id: `cp-${names}` };
  const asked = {
    ...{ ...ids, type: "approval", description: word, context: { word }, metadata: { word } },
    callback_webhook: `${callee.url}/${word}/callback`,
  };
  const own = { workflowId: `wf-${word}`, checkpointId: `cp-${word}` };
  const open = await post("/api/v1/requests", {
    ...{ ...asked, title: `Open ${word}?`, workflow_id: own.workflowId, checkpoint_id: own.checkpointId },
  });
  const settled = await post(
    "/api/v1/requests",
    { ...asked, title: `Settled ${word}?` },
    { headers: { "idempotency-key": randomUUID() } },
  );
  const respond = `/api/v1/requests/${settled.id}/respond`;
  await post(respond, { decision: "approve", comment: word }, { as: "person" });
  for (const id of new Set([names, word])) {
    const path = `/api/v1/checkpoints/wf-${id}/cp-${id}`;
    const body = { agent_id: word, state_data: { word }, event_history: [word] };
    expect((await call("PUT", path, { body })).status).toBe(201);
  }
  const calls = "/humanlayer/v1";
  for (const id of new Set([names, word])) {
    const headers = { "idempotency-key": randomUUID() };
    const fn = { run_id: "run-1", call_id: `call-${id}`, spec: { fn: "tag", kwargs: { word } } };
    await post(`${calls}/function_calls`, fn, { headers: { ...headers, "idempotency-key": randomUUID() } });
    const contact = { run_id: "run-1", call_id: `contact-${id}`, spec: { msg: `Where to, ${word}?` } };
    await post(`${calls}/human_contacts`, contact, { headers });
  }
  return {
    ...own,
    ...{ openRequest: open.id, settledRequest: settled.id },
    ...{ functionCall: `call-${word}`, humanContact: `contact-${word}` },
  };
}

/** Its projects and workflows: some of the names that both sides use, some of its own. Resolves to the id of the one that keys are for. */
async function saveSideProject(
  { sql, dir }: ApiStage,
  { word, names, workspace }: SideWish,
): Promise<string> {
  const repository = makeRepository(join(dir, "repositories", word), { "test.sh": "echo fine\n" });
  const id = randomUUID();
  for (const [projectId, name] of [
    [randomUUID(), `billing-${names}`],
    [id, `only-${word}`],
  ] as const)
    await saveProject(sql, {
      ...{ id: projectId, workspaceId: workspace, name, repository, branch: null, channelId: "C01GENERAL" },
      ...{ testCommand: "sh test.sh", commands: {}, reviewers: [] },
      ...{ fourEyes: "when_possible", planApproval: "never" },
    });
  for (const name of [`scan-${names}`, `only-${word}`]) {
    const agent = { kind: "remote", capability: name };
    const steps = [{ key: "scan", title: `Scan ${word}`, agent, instructions: word, timeoutMs: 3_600_000 }];
    const document = { name, title: `Goal ${word}`, steps };
    await saveWorkflow(sql, workspace, { name, projectId: id, document });
  }
  await fillRest(sql, workspace, word);
  await fillOutside(sql, { workspace, project: id, word });
  return id;
}

/** What no call to the API leaves behind. */
async function fillRest(sql: ApiStage["sql"], workspace: string, word: string): Promise<void> {
  const id = randomUUID();
  await rememberHome(sql, workspace, ALICE);
  await sql`
    insert into kept_goals (id, workspace_id, requested_by, channel_id, request)
    values (${id}, ${workspace}, ${ALICE}, 'C01GENERAL', ${sql.json({ word })})`;
  await sql`insert into model_budgets (workspace_id, goal_id, calls) values (${workspace}, ${id}, 7)`;
  await sql`
    insert into process_groups (lease, workspace_id, run_id, step_key, host, group_id, start_time)
    values (${id}, ${workspace}, ${id}, 'scan', ${`host-of-${word}`}, 4242, 'long ago')`;
}

/** What is kept of a Jira. It is asked nothing: it has been removed, and what it told was long ago. */
async function fillOutside(
  sql: ApiStage["sql"],
  {
    workspace,
    project,
    word,
  }: { readonly workspace: string; readonly project: string; readonly word: string },
): Promise<void> {
  const place = { workspaceId: workspace, projectId: project, system: "jira" } as const;
  const origin = `https://${word}.atlassian.example`;
  await saveConnection(sql, { ...place, settings: { url: origin }, token: word, source: "cli" });
  await sql`update connections set removed_at = now() where project_id = ${project}`;
  await giveGoAhead(sql, workspace, `${origin} PAY`, BOB);
  await openCircuit(sql, { workspaceId: workspace, system: "jira", origin }, 3_600_000, word);
  await hear(sql, { ...place, changes: [{ id: `comment-${word}` }] }, true);
  await saveLink(
    sql,
    { workspaceId: workspace, system: "jira", streamId: randomUUID() },
    {
      key: "run",
      outsideId: word,
      outsideKey: `PAY-${word}`,
      url: `${origin}/browse/PAY-1`,
      shown: { word },
    },
  );
  await beginTrouble(sql, place, { key: word, ref: word, sentence: `${word} needs somebody.` });
}
