import type { CallToolResult, Tool as ListedTool, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { Refusal } from "#engine/errors.ts";
import type { Asking, Scope } from "../outside/requests/asking.ts";
import { inOurWords } from "../outside/wrong-fields.ts";

/** A tool as the server lists and calls it. */
export type Tool = {
  readonly name: string;
  /** What a key must be allowed to do, to see it and to call it. */
  readonly scope: Scope;
  readonly listed: ListedTool;
  /** Throws `Refusal` with what is wrong and what to do about it. */
  run(by: Asking, input: unknown, ctx: ServerContext): Promise<CallToolResult>;
};

/** What a model reads before it calls, what it may send, and what it gets. */
type Definition<I extends z.ZodObject, O extends z.ZodObject> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly scope: Scope;
  readonly input: I;
  readonly output: O;
  /** It changes nothing, so clients may call it without asking. */
  readonly isReadOnly?: boolean;
  run(by: Asking, input: z.output<I>, ctx: ServerContext): Promise<z.input<O>>;
};

/** Makes a tool whose input is checked, every wrong field named, and whose output goes out as data and as text. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(definition: Definition<I, O>): Tool {
  const { name, title, description, scope, input, output, isReadOnly = false } = definition;
  return {
    ...{ name, scope },
    listed: {
      ...{ name, title, description },
      inputSchema: schemaOf(z.toJSONSchema(input, { io: "input" })),
      outputSchema: schemaOf(z.toJSONSchema(output)),
      annotations: {
        ...{ title, readOnlyHint: isReadOnly, destructiveHint: false },
        ...{ idempotentHint: isReadOnly, openWorldHint: true },
      },
    },
    async run(by, sent, ctx) {
      const read = input.safeParse(sent ?? {});
      if (!read.success) throw wrongInput(read.error);
      const result = output.parse(await definition.run(by, read.data, ctx));
      return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result };
    },
  };
}

function wrongInput({ issues }: z.ZodError): Refusal {
  const told = issues.map(
    (issue) => `${issue.path.join(".") || "arguments"}: ${inOurWords(issue).replace(/\.$/, "")}`,
  );
  return new Refusal("bad_input", `${told.join("; ")}. Correct it and call again.`);
}

/** JSON Schema as the protocol's types want it. */
const schemaOf = (schema: unknown): ListedTool["inputSchema"] => ({
  ...(schema as ListedTool["inputSchema"]),
  type: "object",
});
