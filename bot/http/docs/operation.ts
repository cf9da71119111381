import { html } from "hono/html";
import { z } from "zod";
import type { Field, SchemaReader } from "./schema.ts";
import { showInline } from "./text.ts";

type Html = ReturnType<typeof html>;

const Content = z.record(z.string(), z.looseObject({ schema: z.unknown(), example: z.unknown().optional() }));
const Parameter = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  description: z.string().default(""),
  schema: z.unknown(),
  example: z.unknown().optional(),
});
/** One operation of the document, as far as the page shows it. */
export const Operation = z.looseObject({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().default(""),
  tags: z.array(z.string()).default([]),
  parameters: z.array(Parameter).default([]),
  requestBody: z.looseObject({ content: Content, required: z.boolean().default(false) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      $ref: z.string().optional(),
      description: z.string().default(""),
      content: Content.default({}),
    }),
  ),
});
export type Operation = z.infer<typeof Operation>;

type Shown = {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly reader: SchemaReader;
  /** What a `$ref` of a response says. */
  readonly describe: (ref: string) => string;
};

/** One operation: what goes in, what comes out, and a form that tries it. */
export function showOperation(shown: Shown): Html {
  const { method, path, operation } = shown;
  const { operationId, summary, description, parameters } = operation;
  return html`<details class="operation" id="${operationId ?? `${method} ${path}`}">
    <summary>
      <span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>
      <span class="says">${summary ?? ""}</span>
    </summary>
    <div class="inside">
      <p>${showInline(description)}</p>
      ${parameters.length > 0 ? showParameters(shown) : ""} ${showBody(shown)} ${showResponses(shown)}
      ${showTry(shown)}
    </div>
  </details>`;
}

function showParameters({ operation, reader }: Shown): Html {
  const fields = operation.parameters.map(({ name, required, description, schema, in: where }) => ({
    ...{ path: name, isRequired: required, description, fallback: null },
    type: `${reader.typeOf(schema)}, in the ${where}`,
  }));
  return html`<h4>Parameters</h4>
    ${showFields(fields)}`;
}

function showBody({ operation, reader }: Shown): Html | "" {
  const [content] = Object.values(operation.requestBody?.content ?? {});
  if (!content) return "";
  return html`<h4>Body (JSON${operation.requestBody?.required ? "" : ", or none"})</h4>
    ${showFields(reader.fields(content.schema))}`;
}

function showResponses({ operation, reader, describe }: Shown): Html {
  const rows = Object.entries(operation.responses).map(([status, { $ref, description, content }]) => {
    const [[type, { schema }] = ["", { schema: null }]] = Object.entries(content);
    const fields = status.startsWith("2") ? reader.fields(schema) : [];
    return html`<tr>
      <td><code>${status}</code></td>
      <td>
        ${showInline($ref === undefined ? description : describe($ref))}
        ${type === "" || type.includes("json") ? "" : html`<code>${type}</code>`}
        ${fields.length > 0 ? showFields(fields) : ""}
      </td>
    </tr>`;
  });
  return html`<h4>Answers</h4>
    <table class="answers">
      ${rows}
    </table>`;
}

const showFields = (fields: readonly Field[]): Html =>
  html`<table class="fields">
    ${fields.map(
      ({ path, type, isRequired, description, fallback }) =>
        html`<tr>
          <td><code>${path}</code>${isRequired ? html` <span class="must">required</span>` : ""}</td>
          <td class="type">${type}${fallback === null ? "" : html`<br />default <code>${fallback}</code>`}</td>
          <td>${showInline(description)}</td>
        </tr>`,
    )}
  </table>`;

function showTry({ method, path, operation, reader }: Shown): Html {
  const [content] = Object.values(operation.requestBody?.content ?? {});
  const example = content === undefined ? undefined : (content.example ?? reader.example(content.schema));
  return html`<form class="try" data-method="${method.toUpperCase()}" data-path="${path}">
    <h4>Try it</h4>
    ${operation.parameters
      .filter(({ in: where }) => where !== "cookie")
      .map(
        (one) =>
          html`<label
            >${one.name}
            <input name="${one.name}" data-in="${one.in}" ${one.required ? html`required` : ""} autocomplete="off"
          /></label>`,
      )}
    ${
      example === undefined
        ? ""
        : html`<label>Body <textarea name="body" rows="10" spellcheck="false">${JSON.stringify(example, null, 2)}</textarea></label>`
    }
    <button type="submit">Send</button>
    <pre class="answer" aria-live="polite" hidden></pre>
  </form>`;
}
