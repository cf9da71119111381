// An agent that stops in the middle and goes on later, in another process. It reads a diff; where the risk is high it saves
// a checkpoint, asks people in Slack, and ends. Once they have answered, a receiver is called back, goes on from exactly
// that checkpoint, and publishes code.approved or code.rejected.
//
// Try it, with Countersign running as `CALLBACK_ALLOW_PRIVATE=1 npm start` (so that it may call back to this machine):
//
//     export COUNTERSIGN_API_KEY=$(./countersign key create --name code-review-agent --scopes ask,events | head -n 1)
//     export CALLBACK_SECRET=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
//     npx node examples/code-review-agent.ts receive &
//     git log -1 -p -- db/schema | npx node examples/code-review-agent.ts review    # a change of the database: high risk
//
// Then answer in Slack: http://127.0.0.1:3000/local, channel #general. Where the risk is low nobody is asked.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
// In a project of your own: "@countersign/sdk/agent", and so on.
import { Agent, type Ending, type Resumed } from "../sdk/src/agent.ts";
import { createCallbackHandler } from "../sdk/src/callback-handler.ts";
import { CountersignClient } from "../sdk/src/client.ts";
import { toNodeListener } from "../sdk/src/node-listener.ts";
import { filesProcessed } from "../sdk/src/processed-files.ts";

type Risk = {
  readonly level: "low" | "high";
  readonly reasons: readonly string[];
  readonly affects: readonly string[];
};

/** All that it needs to go on: it goes to Countersign as JSON, and comes back as it was. */
type State = { readonly risk: Risk; readonly changed_lines: number; readonly analysed_at: string };

const DELICATE: readonly (readonly [system: string, path: RegExp])[] = [
  ["database", /migration|schema|\.sql$/i],
  ["payments", /payment|billing|invoice|refund/i],
  ["user-auth", /auth|login|password|session|permission/i],
];

/** The analysis. Put a model here: what it says is data for the rule, never the decision itself. */
function analyse(diff: string): State {
  const files = [...diff.matchAll(/^\+\+\+ (?:b\/)?(.+)$/gm)].map(([, path = ""]) => path);
  const lines = diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line)).length;
  const affects = DELICATE.filter(([, path]) => files.some((file) => path.test(file))).map(
    ([system]) => system,
  );
  const reasons = [
    ...affects.map((system) => `It touches ${system}.`),
    ...(lines > 400 ? [`${lines} lines change at once.`] : []),
  ];
  const risk = { level: reasons.length > 0 ? "high" : "low", reasons, affects } as const;
  return { risk, changed_lines: lines, analysed_at: new Date().toISOString() };
}

class CodeReviewAgent extends Agent<string, State> {
  protected override async run(workflowId: string, diff: string): Promise<Ending> {
    const state = analyse(diff);
    const { risk, changed_lines } = state;
    if (risk.level === "low") return this.done("code.approved", { approved_by: this.name, changed_lines });
    return this.pause(workflowId, {
      title: `Review a change with high risk (${changed_lines} lines)`,
      description: risk.reasons.join(" "),
      context: { code_diff: diff.slice(0, 20_000), risk_assessment: risk, affected_systems: risk.affects },
      state,
    });
  }

  protected override async resumeFromCheckpoint(workflowId: string, state: Resumed<State>): Promise<Ending> {
    const { human_response: human, outcome, analysed_at } = state;
    const isApproved = human?.decision === "approve";
    tell(`resumed ${workflowId}, analysed at ${analysed_at}: ${human?.decision ?? outcome}`);
    return this.done(isApproved ? "code.approved" : "code.rejected", {
      ...{ affected_systems: state.risk.affects, changed_lines: state.changed_lines, analysed_at },
      ...(isApproved ? { approved_by: human.responder_id } : { rejected_by: human?.responder_id ?? null }),
      comment: human?.comment ?? `Nobody decided: ${outcome.replace("_", " ")}.`,
    });
  }
}

const tell = (line: string): void => console.log(line);

function setting(name: string, otherwise?: string): string {
  const value = process.env[name] || otherwise;
  if (value === undefined) throw new Error(`Set ${name}: the first lines of this file say how.`);
  return value;
}

async function review(agent: CodeReviewAgent, diff: string): Promise<void> {
  if (diff.trim() === "")
    throw new Error("Pipe a diff into it: git show | npx node examples/code-review-agent.ts review");
  // The same change is the same workflow: reviewed again, nobody is asked twice.
  const workflowId = `wf-review-${createHash("sha256").update(diff).digest("hex").slice(0, 16)}`;
  const ending = await agent.start(workflowId, diff);
  if (ending.status === "paused") tell(`${workflowId} paused: people are asked (${ending.request_id}).`);
  else tell(`${workflowId} done: ${ending.next?.event_type}.`);
}

function receive(agent: CodeReviewAgent, secret: string, port: number): void {
  const handle = createCallbackHandler({
    secret,
    resume: (callback) => agent.resume(callback),
    processed: filesProcessed(setting("AGENT_DIR", ".data/code-review-agent")),
    onError: (error) => console.error(error),
  });
  const server = createServer(toNodeListener(handle)).listen(port, "127.0.0.1", () =>
    tell(`receiving on ${port}`),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => server.close());
}

async function main(what: string | undefined): Promise<void> {
  const port = Number(setting("AGENT_PORT", "8787"));
  const secret = setting("CALLBACK_SECRET");
  const client = new CountersignClient({
    url: setting("COUNTERSIGN_URL", "http://127.0.0.1:3000"),
    key: setting("COUNTERSIGN_API_KEY"),
  });
  const callback = { url: setting("AGENT_URL", `http://127.0.0.1:${port}/resume`), secret };
  const agent = new CodeReviewAgent({ client, name: "code-review-agent", callback });
  if (what === "receive") receive(agent, secret, port);
  else if (what === "review") await review(agent, await text(process.stdin));
  else throw new Error("Say what: review (a diff comes on standard input), or receive.");
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
