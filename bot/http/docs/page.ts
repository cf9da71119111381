import { html } from "hono/html";
import { z } from "zod";
import type { OpenApiDocument } from "../openapi.ts";
import { Operation, showOperation } from "./operation.ts";
import { createSchemaReader } from "./schema.ts";
import { showInline } from "./text.ts";

const Described = z.looseObject({
  info: z.looseObject({ title: z.string(), description: z.string().default("") }),
  tags: z.array(z.looseObject({ name: z.string(), description: z.string().default("") })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()).default({}),
    responses: z.record(z.string(), z.looseObject({ description: z.string() })).default({}),
  }),
});

/** The page at `/docs`: the whole document for people, made on the server, with nothing from elsewhere. */
export function showDocs(document: OpenApiDocument) {
  const { info, tags, paths, components } = Described.parse(document);
  const reader = createSchemaReader(components.schemas);
  const describe = (ref: string) => components.responses[ref.split("/").at(-1) ?? ""]?.description ?? "";
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation, reader, describe })),
  );
  const sections = tags.map(
    ({ name, description }) => html`<section id="${name}">
      <h2>${name}</h2>
      <p>${description}</p>
      ${operations.filter(({ operation }) => operation.tags.includes(name)).map(showOperation)}
    </section>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}: the API</title>
        <link rel="stylesheet" href="/docs/page.css" />
        <script src="/docs/page.js" type="module"></script>
      </head>
      <body>
        <nav>
          <strong>${info.title}</strong>
          ${tags.map(({ name }) => html`<a href="#${name}">${name}</a>`)}
          <a href="/openapi.json">openapi.json</a> <a href="/llms.txt">llms.txt</a>
        </nav>
        <main>
          <h1>The API for outside agents</h1>
          ${showText(info.description)}
          <label class="key"
            >Your key, to try things with; it stays on this page
            <input id="key" type="password" autocomplete="off" placeholder="cs_…"
          /></label>
          ${sections}
        </main>
      </body>
    </html>`;
}

/** The little Markdown that our own description uses: paragraphs, lists, bold, code. */
const showText = (text: string) =>
  text.split("\n\n").map((part) => {
    const lines = part.split("\n");
    return lines.every((line) => line.startsWith("- "))
      ? html`<ul>
          ${lines.map((line) => html`<li>${showInline(line.slice(2))}</li>`)}
        </ul>`
      : html`<p>${showInline(part)}</p>`;
  });
