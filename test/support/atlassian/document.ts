import { readFileSync } from "node:fs";
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

type Route = { readonly operation: Operation; readonly names: readonly string[]; readonly shape: RegExp };
type Opened = { readonly api: OpenAPIBackend; readonly routes: ReadonlyMap<string, readonly Route[]> };

const opened = new Map<string, Promise<Opened>>();

/** Reads a document once for the whole process: it holds no state, and its checks are costly to build. */
export async function openDocument(file: string): Promise<(wire: Wire) => Documented | undefined> {
  const found = opened.get(file) ?? read(file);
  opened.set(file, found);
  const document = await found;
  return (wire) => documented(document, wire);
}

/** What is meant by a format; a number's is its size, which JSON has not. */
const formats = {
  ...Object.fromEntries(
    ["int32", "int64", "float", "double", "binary", "byte", "string", "url"].map(
      (name) => [name, true] as const,
    ),
  ),
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/,
  email: /^\S+@\S+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

async function read(file: string): Promise<Opened> {
  const api = new OpenAPIBackend({
    definition: JSON.parse(readFileSync(file, "utf8")),
    quick: true,
    validate: true,
    ajvOpts: { strict: false, formats },
  });
  await api.init();
  const routes = api.router.getOperations().map(routeOf);
  const direct = routes.sort((a, b) => a.names.length - b.names.length);
  return { api, routes: Map.groupBy(direct, ({ operation }) => sizeOf(operation.method, operation.path)) };
}

/** The library's own search flattens the whole document for each request, which costs more than all the rest. */
function routeOf(operation: Operation): Route {
  const names = [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name ?? "");
  const literal = operation.path
    .split(/\{[^}]+\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return { operation, names, shape: new RegExp(`^${literal.join("([^/]+)")}$`) };
}

function sizeOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path.split("/").length}`;
}

function documented({ api, routes }: Opened, wire: Wire): Documented | undefined {
  const { search, body, ...rest } = wire;
  const request: Request = {
    ...rest,
    headers: { ...wire.headers },
    query: search,
    ...(body === undefined ? {} : { body }),
  };
  const route = (routes.get(sizeOf(wire.method, wire.path)) ?? []).find(({ shape }) => shape.test(wire.path));
  const operationId = route?.operation.operationId;
  if (!route || operationId === undefined) return undefined;
  const values = route.shape.exec(wire.path)?.slice(1) ?? [];
  const params = route.names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")] as const);
  return {
    operationId,
    template: route.operation.path,
    params: Object.fromEntries(params),
    wrong: () => sentences(api.validator.validateRequest(request, route.operation).errors),
    wrongAnswer: (status, answer) =>
      status < 300 && answer !== undefined
        ? sentences(api.validator.validateResponse(answer, route.operation, status).errors)
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
