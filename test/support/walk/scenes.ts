import { randomUUID } from "node:crypto";
import type { Answered, ApiStage } from "#test/support/api-stage.ts";
import { makeHand } from "#test/support/e2e/outside-hand.ts";
import { ALICE, BOB, CAROL, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { callScenes } from "./humanlayer-scenes.ts";
import { NOWHERE, type Scene, type SceneNeeds, SECRET } from "./scene.ts";

/** Hands of a walk: an agent's key with all scopes, for Alice, and the token of Bob. */
export async function openScenes(stage: ApiStage) {
  const agent = await stage.key({ name: "walker", owner: ALICE });
  const bob = await stage.key({ person: BOB, scopes: ["respond"] });
  const call = async (path: string, body: unknown): Promise<Answered["body"]> => {
    const answer = await stage.call("POST", path, { key: agent, body });
    if (answer.status >= 300) throw new Error(`POST ${path} was refused: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const needs = { stage, agent, bob, call };
  return {
    ...{ agent, bob },
    scenes: {
      ...requestScenes(needs),
      ...checkpointScenes(needs),
      ...goalScenes(needs),
      ...agentScenes(needs),
      ...taskScenes(needs),
      ...eventScenes(needs),
      ...callScenes(needs),
    } as Readonly<Record<string, Scene>>,
  };
}

const question = () => ({
  ...{ type: "decision", title: "Which?", description: "Because.", context: { risk: "high" } },
  ...{ options: ["One", { key: "two", label: "Two" }], timeout_minutes: 60 },
});

function requestScenes({ agent, bob, call }: SceneNeeds) {
  const asked = async (more: object = {}) => ({
    id: String((await call("/api/v1/requests", { title: "May I?", ...more })).id),
  });
  return {
    createRequest: async () => ({
      key: agent,
      body: {
        ...question(),
        ...{ workflow_id: `wf-${randomUUID()}`, checkpoint_id: "cp-1", metadata: { agent_id: "walker-bot" } },
        routing: {
          channels: ["C01GENERAL"],
          recipients: [{ email: "carol@example.com" }, { slack_user_id: BOB }],
        },
        ...{ callback_webhook: NOWHERE, callback_secret: SECRET },
      },
    }),
    listRequests: async () => ({ key: agent, query: "state=pending,notified&type=approval&limit=5" }),
    getRequest: async () => ({ key: agent, params: await asked(), query: "wait=0" }),
    respondToRequest: async () => ({
      ...{ key: bob, params: await asked() },
      body: {
        decision: "approve",
        comment: "Fine.",
        attachments: [{ name: "log", url: "https://ci.example/1" }],
      },
    }),
    cancelRequest: async () => ({ key: agent, params: await asked(), body: { reason: "No need." } }),
    rotateCallbackSecret: async () => ({
      ...{ key: agent, params: await asked({ callback_webhook: NOWHERE }) },
      body: { callback_secret: SECRET },
    }),
  };
}

function checkpointScenes({ stage, agent }: SceneNeeds) {
  const body = {
    ...{ agent_id: "walker-bot", state_data: { step: 3 }, event_history: ["began"], schema_version: 2 },
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const fresh = () => ({ workflow_id: `wf-${randomUUID()}`, checkpoint_id: "cp-1" });
  const kept = async () => {
    const params = fresh();
    const path = `/api/v1/checkpoints/${params.workflow_id}/${params.checkpoint_id}`;
    await stage.call("PUT", path, { key: agent, body });
    return params;
  };
  return {
    saveCheckpoint: async () => ({ key: agent, params: fresh(), body }),
    getCheckpoint: async () => ({ key: agent, params: await kept(), query: "consume=true" }),
    consumeCheckpoint: async () => ({ key: agent, params: await kept() }),
  };
}

function goalScenes({ stage, agent, call }: SceneNeeds) {
  const begun = async () => call("/api/v1/goals", { goal: "Count to three" });
  const ended = async () => {
    const { goal_id, run_id } = await begun();
    const [id, run] = [String(goal_id), String(run_id)];
    await call(`/api/v1/goals/${id}/cancel`, {});
    return { id, run };
  };
  const running = async () => ({ id: String((await begun()).goal_id) });
  let room: Promise<unknown> | undefined;
  return {
    createGoal: async () => {
      room ??= stage.room("walk");
      await room;
      return {
        key: agent,
        body: {
          ...{ goal: "Ship it", requirements: ["Quickly"], project: "walk", workflow: "ship" },
          constraints: { max_time: "2 hours", must_pass_tests: false, require_security_audit: false },
          ...{
            parameters: { version: "1.2.3" },
            channel: "#deploys",
            priority: "low",
            reviewers: [BOB, CAROL],
          },
          metadata: { agent_id: "walker-bot", ticket: 7 },
        },
      };
    },
    listGoals: async () => ({ key: agent, query: "status=open&limit=5" }),
    getGoal: async () => ({ key: agent, params: await running() }),
    reworkGoal: async () => ({
      ...{ key: agent, params: { id: (await ended()).id } },
      body: { feedback: "Slower.", priority: "high" },
    }),
    cancelGoal: async () => ({ key: agent, params: await running(), body: { reason: "No need." } }),
    getRun: async () => ({ key: agent, params: { id: (await ended()).run }, query: "wait=1" }),
    followRun: async () => ({
      ...{ key: agent, params: { id: (await ended()).run }, query: "from=start" },
      headers: { "last-event-id": "1" },
    }),
  };
}

function agentScenes({ agent, call }: SceneNeeds) {
  const fresh = () => `scanner ${randomUUID().slice(0, 8)}`;
  const registered = async () => ({ id: String((await call("/api/v1/agents", { name: fresh() })).id) });
  return {
    registerAgent: async () => ({
      key: agent,
      body: {
        ...{ name: fresh(), description: "Finds leaks.", capabilities: ["nothing-that-is-asked"] },
        ...{ max_concurrent: 2, lease_seconds: 30, card: { skills: [] } },
        endpoint: { url: NOWHERE, secret: SECRET },
      },
    }),
    listAgents: async () => ({ key: agent, query: "limit=5" }),
    getAgent: async () => ({ key: agent, params: await registered() }),
    removeAgent: async () => ({ key: agent, params: await registered() }),
    agentHeartbeat: async () => ({ key: agent, params: await registered(), body: {} }),
  };
}

function taskScenes({ stage, call }: SceneNeeds) {
  let made = 0;
  const offered = async () => {
    const name = `walking-${++made}`;
    const hand = await makeHand(stage, { name, capabilities: [name] });
    const agent = { kind: "remote", capability: name };
    await saveTeamWorkflow(stage.sql, { name, title: name, steps: [{ key: "scan", title: "Scan", agent }] });
    await call("/api/v1/goals", { workflow: name });
    return { hand, body: { agent: name, wait: 20, lease_seconds: 30 } };
  };
  const on = (body: object) => async () => {
    const { hand } = await offered();
    return { key: hand.key, params: { id: String((await hand.claim(20)).id) }, body };
  };
  return {
    claimTask: async () => {
      const { hand, body } = await offered();
      return { key: hand.key, body };
    },
    reportProgress: on({ note: "Half of it", percent: 50 }),
    completeTask: on({ summary: "Done", output: "All of it.", values: { n: "1" } }),
    failTask: on({ reason: "No network.", retry: true }),
    askAboutTask: on({ ...question(), checkpoint: { file: 12 } }),
  };
}

function eventScenes({ agent, call }: SceneNeeds) {
  const subscribed = async () => ({
    id: String((await call("/api/v1/webhooks", { url: NOWHERE, events: ["code.approved"] })).id),
  });
  const of = async () => ({ key: agent, params: await subscribed() });
  return {
    createWebhook: async () => ({
      ...{ key: agent, body: { url: NOWHERE, events: ["code.approved", "task.*"], secret: SECRET } },
    }),
    listWebhooks: async () => ({ key: agent, query: "limit=5" }),
    getWebhook: of,
    deleteWebhook: of,
    rotateWebhookSecret: async () => ({ ...(await of()), body: { secret: SECRET } }),
    listWebhookDeliveries: async () => ({ ...(await of()), query: "limit=5" }),
    publishEvent: async () => ({
      key: agent,
      body: {
        ...{ event_type: "code.rejected", workflow_id: "wf-1", data: { a: 1 } },
        ...{ event_id: `mine-${randomUUID()}`, timestamp: "2026-01-15T10:30:00Z" },
        metadata: { agent_id: "walker-bot", correlation_id: "corr-1" },
      },
    }),
    listEvents: async () => ({ key: agent, query: "event_type=code.rejected&workflow_id=wf-1&limit=5" }),
  };
}
