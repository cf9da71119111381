import { readFileSync } from "node:fs";
import addFormats from "ajv-formats";
import { OpenAPIBackend, type Operation, type Request } from "openapi-backend";

/** A request as the document sees it. */
export type Wire = {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** One operation of a document, and how it judges what is asked and what is answered. */
export type Documented = {
  readonly operationId: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
  /** What is wrong with the request. */
  readonly wrong: () => string[];
  /** What is wrong with an answer. */
  readonly wrongAnswer: (status: number, body: unknown) => string[];
};

const opened = new Map<string, Promise<OpenAPIBackend>>();

/** Reads a document once for the whole process: it holds no state, and its checks are costly to build. */
export async function openDocument(file: string): Promise<(wire: Wire) => Documented | undefined> {
  const found = opened.get(file) ?? read(file);
  opened.set(file, found);
  const api = await found;
  return (wire) => documented(api, wire);
}

async function read(file: string): Promise<OpenAPIBackend> {
  const names = ["int32", "int64", "float", "double", "byte", "binary", "string"];
  const formats = Object.fromEntries(names.map((name) => [name, true] as const));
  const api = new OpenAPIBackend({
    definition: JSON.parse(readFileSync(file, "utf8")),
    quick: true,
    validate: true,
    ajvOpts: { strict: false, formats },
    customizeAjv: (ajv) => {
      addFormats.default(ajv);
      return ajv;
    },
  });
  await api.init();
  return api;
}

function documented(api: OpenAPIBackend, wire: Wire): Documented | undefined {
  const { search, body, ...rest } = wire;
  const request: Request = {
    ...rest,
    headers: { ...wire.headers },
    query: search,
    ...(body === undefined ? {} : { body }),
  };
  const operation: Operation | undefined = api.router.matchOperation(request);
  const operationId = operation?.operationId;
  if (!operation || operationId === undefined) return undefined;
  const params = api.router.parseRequest(request, operation).params as Record<string, string>;
  const decoded = Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]);
  return {
    operationId,
    template: operation.path,
    params: Object.fromEntries(decoded) as Record<string, string>,
    wrong: () => sentences(api.validator.validateRequest(request, operation).errors),
    wrongAnswer: (status, answer) =>
      status < 300 && answer !== undefined
        ? sentences(api.validator.validateResponse(answer, operation, status).errors)
        : [],
  };
}

type Problem = {
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params?: unknown;
};

function sentences(errors: readonly Problem[] | null | undefined): string[] {
  return (errors ?? []).map((one) =>
    `${one.instancePath} ${one.message ?? ""} ${JSON.stringify(one.params)}`.trim(),
  );
}
