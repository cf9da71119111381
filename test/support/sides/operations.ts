import type { SideCall, Target } from "./side.ts";

/** One call of an operation about things that may be somebody else's. */
export type SideOperation = SideCall & {
  readonly method: string;
  readonly path: string;
  /** `hidden`: answers 404 for what is another's. `list`: shows none of it. `apart`: makes something of one's own, or refuses. */
  readonly is: "hidden" | "list" | "apart";
};

/** What each operation is called with, by its method and its path in `/openapi.json`. */
export const OPERATIONS: Readonly<Record<string, (of: Target) => readonly SideOperation[]>> = {
  "POST /api/v1/requests": (of) => [
    make("/api/v1/requests", { title: "?", workflow_id: of.workflowId, checkpoint_id: of.checkpointId }),
  ],
  "GET /api/v1/requests": (of) => [
    ...pages("/api/v1/requests"),
    ...pages("/api/v1/requests?state=completed"),
    ...pages("/api/v1/requests?type=approval"),
    list(`/api/v1/requests?workflow_id=${of.workflowId}`),
  ],
  "GET /api/v1/requests/{id}": (of) => [
    look(`/api/v1/requests/${of.openRequest}`),
    look(`/api/v1/requests/${of.settledRequest}?wait=1`),
    look(`/api/v1/requests/${of.openRequest}`, "person"),
    { ...look(`/api/v1/requests/${of.settledRequest}`), headers: { "if-none-match": "*" } },
  ],
  "POST /api/v1/requests/{id}/respond": (of) => [
    { ...change(`/api/v1/requests/${of.openRequest}/respond`, { decision: "approve" }), as: "person" },
    { ...change(`/api/v1/requests/${of.settledRequest}/respond`, { decision: "reject" }), as: "person" },
  ],
  "POST /api/v1/requests/{id}/cancel": (of) => [
    change(`/api/v1/requests/${of.openRequest}/cancel`, { reason: "no" }),
    change(`/api/v1/requests/${of.settledRequest}/cancel`),
  ],
  "POST /api/v1/requests/{id}/rotate-secret": (of) => [
    change(`/api/v1/requests/${of.openRequest}/rotate-secret`),
  ],
  "GET /api/v1/checkpoints/{workflow_id}/{checkpoint_id}": (of) => [
    look(`/api/v1/checkpoints/${of.workflowId}/${of.checkpointId}`),
    look(`/api/v1/checkpoints/${of.workflowId}/${of.checkpointId}?consume=true`),
  ],
  "DELETE /api/v1/checkpoints/{workflow_id}/{checkpoint_id}": (of) => [
    remove(`/api/v1/checkpoints/${of.workflowId}/${of.checkpointId}`),
  ],
  "PUT /api/v1/checkpoints/{workflow_id}/{checkpoint_id}": (of) => [
    {
      ...make(`/api/v1/checkpoints/${of.workflowId}/${of.checkpointId}`, { state_data: { of: "mine" } }),
      method: "PUT",
    },
  ],
  "POST /api/v1/goals": (of) => [
    make("/api/v1/goals", { goal: "?", project: of.project }),
    make("/api/v1/goals", { workflow: of.workflow }),
  ],
  "GET /api/v1/goals": (of) => [
    ...pages("/api/v1/goals"),
    ...pages("/api/v1/goals?status=open"),
    list(`/api/v1/goals?project=${of.project}`),
  ],
  "GET /api/v1/goals/{id}": (of) => [look(`/api/v1/goals/${of.goal}`)],
  "POST /api/v1/goals/{id}/rework": (of) => [
    change(`/api/v1/goals/${of.goal}/rework`, { feedback: "Do it again" }),
  ],
  "POST /api/v1/goals/{id}/cancel": (of) => [change(`/api/v1/goals/${of.goal}/cancel`)],
  "GET /api/v1/runs/{id}": (of) => [look(`/api/v1/runs/${of.run}`), look(`/api/v1/runs/${of.run}?wait=1`)],
  "GET /api/v1/runs/{id}/events": (of) => [look(`/api/v1/runs/${of.run}/events`)],
  "POST /api/v1/agents": (of) => [make("/api/v1/agents", { name: of.agentName, capabilities: ["other"] })],
  "GET /api/v1/agents": () => pages("/api/v1/agents"),
  "GET /api/v1/agents/{id}": (of) => [look(`/api/v1/agents/${of.agent}`)],
  "POST /api/v1/agents/{id}/heartbeat": (of) => [change(`/api/v1/agents/${of.agent}/heartbeat`)],
  "DELETE /api/v1/agents/{id}": (of) => [remove(`/api/v1/agents/${of.agent}`)],
  "POST /api/v1/tasks/claim": (of) => [change("/api/v1/tasks/claim", { agent: of.agent })],
  "POST /api/v1/tasks/{id}/progress": (of) => [
    change(`/api/v1/tasks/${of.task}/progress`, {}),
    change(`/api/v1/tasks/${of.task}/progress`, { note: "Half of it" }),
  ],
  "POST /api/v1/tasks/{id}/complete": (of) => [
    change(`/api/v1/tasks/${of.task}/complete`, { summary: "Done" }),
  ],
  "POST /api/v1/tasks/{id}/fail": (of) => [change(`/api/v1/tasks/${of.task}/fail`, { reason: "No" })],
  "POST /api/v1/tasks/{id}/ask": (of) => [change(`/api/v1/tasks/${of.task}/ask`, { title: "May I?" })],
  "POST /api/v1/webhooks": () => [
    make("/api/v1/webhooks", { url: "http://127.0.0.1:9/nowhere", events: ["nobody.cares"] }),
  ],
  "GET /api/v1/webhooks": () => pages("/api/v1/webhooks"),
  "GET /api/v1/webhooks/{id}": (of) => [look(`/api/v1/webhooks/${of.webhook}`)],
  "GET /api/v1/webhooks/{id}/deliveries": (of) => [look(`/api/v1/webhooks/${of.webhook}/deliveries`)],
  "POST /api/v1/webhooks/{id}/rotate-secret": (of) => [
    change(`/api/v1/webhooks/${of.webhook}/rotate-secret`),
  ],
  "DELETE /api/v1/webhooks/{id}": (of) => [remove(`/api/v1/webhooks/${of.webhook}`)],
  "POST /api/v1/events": (of) => [
    make("/api/v1/events", { event_type: "code.rejected", workflow_id: of.workflowId, data: {} }),
    make("/api/v1/events", { event_type: "code.approved", event_id: of.eventId, data: {} }),
    make("/api/v1/events", { event_type: "task.completed", workflow_id: of.run, data: {} }),
  ],
  "GET /api/v1/events": (of) => [
    ...pages("/api/v1/events"),
    ...pages("/api/v1/events?event_type=code.approved"),
    list(`/api/v1/events?event_type=code.approved&workflow_id=${of.workflowId}`),
  ],
  "GET /humanlayer/v1/function_calls/{call_id}": (of) => [
    look(`/humanlayer/v1/function_calls/${of.functionCall}`),
  ],
  "POST /humanlayer/v1/agent/function_calls/{call_id}/escalate_email": (of) => [
    change(`/humanlayer/v1/agent/function_calls/${of.functionCall}/escalate_email`),
  ],
  "POST /humanlayer/v1/agent/function_calls/{call_id}/respond": (of) => [
    {
      ...change(`/humanlayer/v1/agent/function_calls/${of.functionCall}/respond`, { approved: true }),
      as: "person",
    },
  ],
  "GET /humanlayer/v1/contact_requests/{call_id}": (of) => [
    look(`/humanlayer/v1/contact_requests/${of.humanContact}`),
  ],
  "GET /humanlayer/v1/human_contacts/{call_id}": (of) => [
    look(`/humanlayer/v1/human_contacts/${of.humanContact}`),
  ],
  "POST /humanlayer/v1/agent/human_contacts/{call_id}/escalate_email": (of) => [
    change(`/humanlayer/v1/agent/human_contacts/${of.humanContact}/escalate_email`),
  ],
  "POST /humanlayer/v1/agent/human_contacts/{call_id}/respond": (of) => [
    {
      ...change(`/humanlayer/v1/agent/human_contacts/${of.humanContact}/respond`, { response: "There" }),
      as: "person",
    },
  ],
  "POST /humanlayer/v1/function_calls": (of) => [
    make("/humanlayer/v1/function_calls", {
      run_id: "r",
      call_id: of.functionCall,
      spec: { fn: "x", kwargs: {} },
    }),
  ],
  "POST /humanlayer/v1/human_contacts": (of) => [
    make("/humanlayer/v1/human_contacts", { run_id: "r", call_id: of.humanContact, spec: { msg: "?" } }),
  ],
  "POST /humanlayer/v1/contact_requests": (of) => [
    make("/humanlayer/v1/contact_requests", { run_id: "r", call_id: of.humanContact, spec: { msg: "?" } }),
  ],
};

const look = (path: string, as: "agent" | "person" = "agent"): SideOperation => ({
  ...{ method: "GET", path, as },
  is: "hidden",
});
const change = (path: string, body: object = {}): SideOperation => ({
  ...{ method: "POST", path, body },
  is: "hidden",
});
const remove = (path: string): SideOperation => ({ method: "DELETE", path, is: "hidden" });
const list = (path: string): SideOperation => ({ method: "GET", path, is: "list" });
const make = (path: string, body: object): SideOperation => ({ method: "POST", path, body, is: "apart" });

/** As a page of its own, and whatever the next one would be. */
const pages = (path: string): readonly SideOperation[] =>
  ["limit=1", "limit=100"].map((size) => list(`${path}${path.includes("?") ? "&" : "?"}${size}`));
