import { randomUUID } from "node:crypto";
import { BOB } from "#test/support/e2e/room.ts";
import type { Scene, SceneNeeds } from "./scene.ts";

const AT = "/humanlayer/v1";

const channel = {
  slack: {
    ...{ channel_or_user_id: "C01GENERAL", context_about_channel_or_user: "the team" },
    ...{ allowed_responder_ids: [BOB], experimental_slack_blocks: true, bot_token: null, thread_ts: null },
  },
  ...{ email: null, sms: null, whatsapp: null },
};
const options = [
  { name: "later", title: "Later", description: "Not now.", prompt_fill: "Come back.", interactive: false },
];
const ids = () => ({ run_id: "run-1", call_id: `call-${randomUUID()}`, status: null });
const functionCall = () => ({
  ...ids(),
  spec: { fn: "send_email", kwargs: { to: "bob" }, channel, reject_options: options, state: { a: 1 } },
});
const contact = () => ({
  ...ids(),
  spec: { msg: "Which one?", subject: "One", channel, response_options: options, state: { a: 1 } },
});

/** Scenes of the routes that `@humanlayer/sdk` calls. */
export function callScenes({ agent, bob, call }: SceneNeeds): Readonly<Record<string, Scene>> {
  const put = async (path: string, body: { readonly call_id: string }) => {
    await call(`${AT}/${path}`, body);
    return { call_id: body.call_id };
  };
  const aCall = () => put("function_calls", functionCall());
  const aContact = () => put("human_contacts", contact());
  return {
    createFunctionCall: async () => ({ key: agent, body: functionCall() }),
    getFunctionCall: async () => ({ key: agent, params: await aCall() }),
    respondToFunctionCall: async () => ({
      ...{ key: bob, params: await aCall() },
      body: { approved: false, comment: "Later.", reject_option_name: "later" },
    }),
    createHumanContact: async () => ({ key: agent, body: contact() }),
    getHumanContact: async () => ({ key: agent, params: await aContact() }),
    createHumanContactToo: async () => ({ key: agent, body: contact() }),
    getHumanContactToo: async () => ({ key: agent, params: await aContact() }),
    respondToHumanContact: async () => ({
      ...{ key: bob, params: await aContact() },
      body: { response: "The first.", response_option_name: null },
    }),
    escalateFunctionCall: async () => ({ key: agent, params: await aCall() }),
    escalateHumanContact: async () => ({ key: agent, params: await aContact() }),
  };
}
