import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import type { ApiStage } from "#test/support/api-stage.ts";

/** The two protocols that clients speak. */
export const VERSIONS = ["2025-11-25", "2026-07-28"] as const;
export type Version = (typeof VERSIONS)[number];

type CallOptions = Parameters<Client["callTool"]>[1];

/** A tool's answer, as data where it worked, as text where it did not. */
type Told = {
  readonly failed: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts what it reads
  readonly data: any;
  readonly text: string;
};

/** The official client, connected with a key; closed when the test ends. */
export async function connectMcp(
  { key: makeKey, app }: ApiStage,
  version: Version,
  key?: string,
): Promise<Mcp> {
  const authorization = `Bearer ${key ?? (await makeKey({ name: "mcp-agent" }))}`;
  const mode = version === "2026-07-28" ? { pin: version } : ("legacy" as const);
  const client = new Client({ name: "a client", version: "1" }, { versionNegotiation: { mode } });
  const url = new URL(`${app.url}/mcp`);
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization } } }),
  );
  onTestFinished(() => client.close());
  return { client, call: (name, args, more) => call(client, { name, args, ...more }) };
}

export type Mcp = {
  readonly client: Client;
  /** Calls a tool; `meta` is what the client itself says of the call. */
  call(
    name: string,
    args?: object,
    more?: { readonly meta?: object; readonly options?: CallOptions },
  ): Promise<Told>;
};

async function call(
  client: Client,
  {
    name,
    args = {},
    meta,
    options,
  }: {
    readonly name: string;
    readonly args?: object | undefined;
    readonly meta?: object;
    readonly options?: CallOptions;
  },
): Promise<Told> {
  const request = { name, arguments: { ...args }, ...(meta ? { _meta: { ...meta } } : {}) };
  const { isError, content, structuredContent: data } = await client.callTool(request, options);
  const text = content.map((one) => (one.type === "text" ? one.text : "")).join("");
  return { failed: isError ? text : null, data, text };
}
