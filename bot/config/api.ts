import type { Problem } from "./problem.ts";
import type { Values } from "./variables.ts";

/** Who gets in at the doors of the API. */
export type ApiConfig = {
  /** `none`: whoever reaches this machine's own address needs no key. */
  readonly authMode: "keys" | "none";
  /** Requests that each key may make a minute. */
  readonly rateLimit: number;
  /** Addresses and networks; none: every address. */
  readonly allowedIps: readonly string[];
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Web pages of these origins may call. */
  readonly corsOrigins: readonly string[];
};

const RATE_LIMIT = "600";

/** What the values mean for the API; a problem where it would stand open to others. */
export function apiOf(
  values: Values,
  { isProduction }: { readonly isProduction: boolean },
  problems: Problem[],
): ApiConfig {
  const authMode = values.AUTH_MODE === "none" ? "none" : "keys";
  if (authMode === "none" && isProduction)
    problems.push({
      name: "AUTH_MODE",
      sentence:
        'must not be none in production (NODE_ENV=production): unset it, and make keys with "./countersign key create".',
    });
  else if (authMode === "none" && !isLoopback(values.HOST ?? ""))
    problems.push({
      name: "AUTH_MODE",
      sentence: `is none, but HOST is ${values.HOST}, which other machines reach: set HOST=127.0.0.1, or unset AUTH_MODE and make keys with "./countersign key create".`,
    });
  return {
    authMode,
    rateLimit: Number(values.API_RATE_LIMIT ?? RATE_LIMIT),
    allowedIps: parts(values.API_ALLOWED_IPS),
    trustedProxies: parts(values.TRUSTED_PROXIES),
    corsOrigins: parts(values.API_CORS_ORIGINS),
  };
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

const parts = (list: string | undefined): readonly string[] => list?.split(",") ?? [];
