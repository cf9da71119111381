import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { makeSdkProject, type SdkProject } from "#test/support/sdk-package.ts";

const ROOT = join(import.meta.dirname, "../..");
const Sdk = z.looseObject({
  exports: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});
const manifest = Sdk.parse(JSON.parse(readFileSync(join(ROOT, "sdk/package.json"), "utf8")));
const entries = Object.keys(manifest.exports).map((path) => `@countersign/sdk${path.slice(1)}`);

let project: SdkProject;
beforeAll(() => {
  project = makeSdkProject();
});
afterAll(() => project.remove());

const VECTOR = `
import { CountersignClient } from "@countersign/sdk";
import { verifyWebhook } from "@countersign/sdk/verify-webhook";
${entries.map((entry) => `await import("${entry}");`).join("\n")}
const client = new CountersignClient({ url: "http://127.0.0.1:9", key: "cs_x", retries: 0 });
const refused = await client.requests.create({ title: "?" }).catch(({ code }) => code);
Date.now = () => 1614265330_000;
const { payload } = verifyWebhook({
  body: '{"test": 2432232314}',
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
});
console.log(JSON.stringify({ refused, payload }));
`;

/** The oldest Node that the sdk promises to run on, where the machine has one. */
const old = ["/usr/bin/node", "/usr/local/bin/node"].find((node) =>
  /^v2[0-3]\./.test(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout ?? ""),
);

test.for([
  { on: "this Node", node: process.execPath },
  { on: "an older Node", node: old },
])(
  "a plain JavaScript project uses it with nothing but standardwebhooks beside it, on $on",
  ({ node }, context) => {
    if (node === undefined) return context.skip("skipped: no older Node on this machine");
    const file = project.write("use.js", VECTOR);
    const said = execFileSync(node, [file], { encoding: "utf8" });
    expect(JSON.parse(said)).toEqual({ refused: "unreachable", payload: { test: 2432232314 } });
  },
);

const TYPED = `
import { CountersignClient } from "@countersign/sdk";
import { Agent, type Ending, type Resumed } from "@countersign/sdk/agent";
import { createCallbackHandler } from "@countersign/sdk/callback-handler";
import { CountersignError } from "@countersign/sdk/error";
import { isDocumented, type Envelope } from "@countersign/sdk/events";
import { toNodeListener } from "@countersign/sdk/node-listener";
import { type ConsultationRequest, isSettled, type NewRequest } from "@countersign/sdk/requests";
import type { TailEvent } from "@countersign/sdk/tail";
import { TaskFailed, type Work } from "@countersign/sdk/worker";
import type { Task, TaskResult } from "@countersign/sdk/tasks";

/** As people write who read their environment: what may be missing may be undefined. */
export function open(key: string | undefined, signal: AbortSignal | undefined, description?: string) {
  const client = new CountersignClient({ url: "https://countersign.example.com", key, timeoutMs: undefined });
  const asked: NewRequest = { title: "May I?", description, routing: { channels: undefined } };
  return client.requests.create(asked, { signal, correlationId: undefined });
}
export const open_ = (all: readonly ConsultationRequest[]) => all.filter((one) => !isSettled(one));
export async function* names(client: CountersignClient, id: string): AsyncGenerator<TailEvent["event"]["event_type"]> {
  for await (const { event } of client.runs.events(id, { from: "now" })) yield event.event_type;
}
export const work: Work = async (task: Task, { signal }): Promise<TaskResult> => {
  if (signal.aborted) throw new TaskFailed("stopped", { retry: true });
  return { summary: task.title, output: undefined };
};

export function read(event: Envelope): string {
  if (!isDocumented(event)) return event.event_type;
  switch (event.event_type) {
    case "task.failed": return event.data.reason;
    case "task.completed": return event.data.step;
    default: return event.workflow_id;
  }
}
export async function ask(client: CountersignClient): Promise<string | undefined> {
  const { response } = await client.requests.ask({ title: "May I?" });
  for await (const one of client.requests.list({ state: "pending" })) console.log(one.title);
  const { items } = await client.requests.list();
  // @ts-expect-error a request needs a title
  await client.requests.create({ type: "approval" }).catch((error: unknown) => error instanceof CountersignError);
  return response?.decision ?? items[0]?.id;
}
class Careful extends Agent<string, { readonly risk: number }> {
  protected override async run(id: string, input: string): Promise<Ending> {
    return this.pause(id, { title: input, state: { risk: 1 } });
  }
  protected override async resumeFromCheckpoint(_: string, state: Resumed<{ readonly risk: number }>): Promise<Ending> {
    return this.done(state.human_response?.decision === "approve" ? "code.approved" : "code.rejected", { risk: state.risk });
  }
}
export const listenerOf = (client: CountersignClient) => {
  const agent = new Careful({ client, name: "careful" });
  return toNodeListener(createCallbackHandler({ secret: "s", resume: (callback) => agent.resume(callback) }));
};
`;

test.for([
  { module: "node16", moduleResolution: "node16" },
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
])("its declarations hold under a strict tsc that checks libraries too: $moduleResolution", (resolution) => {
  project.write("use.ts", TYPED);
  const types = { typeRoots: [join(ROOT, "node_modules/@types")], types: ["node"] };
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const compilerOptions = { ...strict, ...resolution, target: "es2022", noEmit: true, ...types };
  project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["use.ts"] }));
  const { stdout } = spawnSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", project.dir], {
    encoding: "utf8",
  });
  // Node's own declarations may have trouble of their own: what counts is what is said of ours and of the project.
  expect(stdout.split("\n").filter((line) => !/node_modules\/@types\//.test(line) && line !== "")).toEqual(
    [],
  );
});

test("it depends on standardwebhooks alone, and no wall between it and the product has a door", () => {
  expect(Object.keys(manifest.dependencies)).toEqual(["standardwebhooks"]);
  const imports = (folder: string): readonly string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .flatMap((path) => [
        ...readFileSync(join(ROOT, folder, path), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g),
      ])
      .map(([, specifier = ""]) => specifier);
  const ofSdk = imports("sdk/src").filter((specifier) => !/^(\.\/|node:|standardwebhooks$)/.test(specifier));
  expect(ofSdk).toEqual([]);
  for (const folder of ["bot", "engine", "db", "integrations"])
    expect(
      imports(folder).filter(
        (specifier) => /sdk\/|@countersign/.test(specifier) && !/anthropic|modelcontext/.test(specifier),
      ),
    ).toEqual([]);
});
