/** An address that must not be called; `message` is the sentence that says so. */
export class Forbidden extends Error {
  override readonly name = "Forbidden";
}

/** Why a post came to nothing, as a sentence. What the far side said is not in it. */
export function whyFailed(
  error: unknown,
  { isConnected, status }: { readonly isConnected: boolean; readonly status: number | null },
  limitMs: number,
): string {
  const forbidden = causesOf(error).find((cause) => cause instanceof Forbidden);
  if (forbidden) return forbidden.message;
  const codes = causesOf(error).map(codeOf);
  if (codes.some((code) => LATE.includes(code))) {
    const seconds = Math.round(limitMs / 100) / 10;
    if (status !== null) return `It answered ${status}, but not to the end within ${seconds} seconds.`;
    return isConnected
      ? `It did not answer within ${seconds} seconds.`
      : `No connection was made within ${seconds} seconds.`;
  }
  const code = codes.find((one) => /^[A-Z]\w{0,60}$/.test(one)) ?? "no reason given";
  return REASONS[code] ?? `${isConnected ? "The connection broke" : "No connection was made"} (${code}).`;
}

const LATE: readonly string[] = ["TimeoutError", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"];

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Nothing listens there (ECONNREFUSED).",
  ENOTFOUND: "Its name is not known (ENOTFOUND).",
  EAI_AGAIN: "Its name could not be looked up now (EAI_AGAIN).",
  ECONNRESET: "It broke the connection off (ECONNRESET).",
  UND_ERR_SOCKET: "It broke the connection off.",
  EHOSTUNREACH: "No way leads there (EHOSTUNREACH).",
  ENETUNREACH: "No way leads there (ENETUNREACH).",
  HTTPParserError: "What it answered is no HTTP.",
  UND_ERR_HEADERS_OVERFLOW: "Its answer has too many headers.",
};

/** The error and what caused it, also where several addresses were tried. */
function causesOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  const tried = error instanceof AggregateError ? error.errors.flatMap(causesOf) : [];
  return [error, ...tried, ...causesOf(error.cause)];
}

/** The system's or undici's code; a name where that says more; empty where neither says anything. */
function codeOf(error: Error): string {
  if (error.name === "TimeoutError" || error.name === "HTTPParserError") return error.name;
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
