import type { ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { Refusal } from "#engine/errors.ts";
import type { Asking } from "../outside/requests/asking.ts";
import type { NewRequest, Requests } from "../outside/requests/request.ts";
import { Answer, toAnswer } from "./answer.ts";
import { AskHuman, approvalOf, questionOf, RequestApproval, workflowOf } from "./asked.ts";
import { defineTool, type Tool } from "./tool.ts";
import { LONGEST_WAIT_SECONDS, waiting } from "./waiting.ts";

const LONGEST_RECENT = 10;

const Recent = z.strictObject({
  question_id: z.uuid(),
  question: z.string(),
  status: Answer.shape.status,
});

/** The tools that put something to people. None of them answers. */
export const askTools = (requests: Requests): readonly Tool[] => [
  defineTool({
    name: "ask_human",
    title: "Ask people in Slack",
    description: `Asks people in Slack a question, and waits up to wait_seconds for the answer. Use it when you lack something only people know, or when the choice is theirs. Ask one self-contained question: who answers sees neither your conversation nor your files. Answers take minutes or hours: with status "pending" the question stays open, and get_answer finds the answer later. To be allowed to do something, use request_approval instead.`,
    scope: "ask",
    input: AskHuman,
    output: Answer,
    run: (by, input, ctx) => ask(requests, by, { asked: questionOf(by, input), ...input, ctx }),
  }),
  defineTool({
    name: "request_approval",
    title: "Ask people to approve",
    description: `Asks people in Slack to approve something before you do it, and waits up to wait_seconds. Use it before anything that is hard to undo, costs money, or reaches others: deploying, deleting, sending, paying. Say exactly what you will do; they approve that and nothing else. Go ahead only if "approved" is true. With status "pending", don't do it: call get_answer later. Silence never approves.`,
    scope: "ask",
    input: RequestApproval,
    output: Answer,
    run: (by, input, ctx) => ask(requests, by, { asked: approvalOf(by, input), ...input, ctx }),
  }),
  defineTool({
    name: "get_answer",
    title: "Look for an answer",
    description: `Tells how a question of ask_human or request_approval stands, and waits up to wait_seconds for its answer. Without question_id it takes the question that was asked last with this key, and lists the latest ones in "recent": use that when a call of yours was cut off before you saw its question_id.`,
    scope: "ask",
    isReadOnly: true,
    input: z.strictObject({
      question_id: z
        .uuid(
          "Give the question_id that ask_human or request_approval returned, or leave it out for the last one.",
        )
        .optional(),
      wait_seconds: z
        .number()
        .min(0)
        .max(LONGEST_WAIT_SECONDS, `Wait ${LONGEST_WAIT_SECONDS} seconds at most, and call again.`)
        .default(0)
        .describe("How long to wait for the answer."),
    }),
    output: Answer.extend({
      recent: z.array(Recent).optional().describe("The latest questions of this key, newest first."),
    }),
    run: (by, input, ctx) => look(requests, by, { ...input, ctx }),
  }),
];

/** The question is asked before anything waits: whatever happens to the call from then on, it stays open. */
async function ask(
  requests: Requests,
  by: Asking,
  {
    asked,
    wait_seconds: seconds,
    ctx,
  }: { readonly asked: NewRequest; readonly wait_seconds: number; readonly ctx: ServerContext },
) {
  const startedAt = performance.now();
  const { request } = await requests.create(by, asked);
  const took = (performance.now() - startedAt) / 1_000;
  const left = Math.min(seconds, LONGEST_WAIT_SECONDS - Math.ceil(took));
  const message = `Asked; waiting for a person. question_id: ${request.id}`;
  if (left <= 0) return toAnswer(request);
  return waiting(ctx, left, message, async (limit) => toAnswer(await requests.get(by, request.id, limit)));
}

async function look(
  requests: Requests,
  by: Asking,
  {
    question_id: wanted,
    wait_seconds: seconds,
    ctx,
  }: {
    readonly question_id?: string | undefined;
    readonly wait_seconds: number;
    readonly ctx: ServerContext;
  },
) {
  const recent = wanted === undefined ? await latest(requests, by) : undefined;
  const id = wanted ?? recent?.[0]?.question_id;
  if (id === undefined)
    throw new Refusal("not_found", "Nothing was asked with this key yet: call ask_human.");
  const message = `Waiting for a person. question_id: ${id}`;
  const request = await waiting(ctx, seconds, message, (limit) => requests.get(by, id, limit));
  return { ...toAnswer(request), ...(recent ? { recent: [...recent] } : {}) };
}

async function latest(requests: Requests, by: Asking): Promise<readonly z.input<typeof Recent>[]> {
  const { items } = await requests.list(by, { workflowId: workflowOf(by), limit: LONGEST_RECENT });
  return items.map(toAnswer).map(({ question_id, question, status }) => ({ question_id, question, status }));
}
