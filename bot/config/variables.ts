import { isIP } from "node:net";
import { z } from "zod";

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .refine((text) => Number(text) <= 65_535);

const host = z.string().refine((name) => isIP(name) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name));

const webUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

/** Both database clients decode the user and the password, and fail on a lone "%". */
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ }).refine(isDecodable);

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== "";
  } catch {
    return false; // a "%" that begins no character: it says so only by throwing
  }
}

const channel = z.string().regex(/^[CGD][A-Z0-9]{5,}$/);

/** Several, with commas between; kept the same way, without what is written twice. */
const listOf = (one: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) =>
      [...new Set(text.split(",").map((part) => part.trim()))].filter((part) => part !== ""),
    )
    .pipe(z.array(one).min(1))
    .transform((parts) => parts.join(","));

/** An address, or a network such as 10.0.0.0/8. */
const network = z.string().refine((text) => {
  const [address = "", bits, ...more] = text.split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  return (
    more.length === 0 && (bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most)
  );
});

/** As a browser sends it: nothing after the host and its port. */
const origin = webUrl.refine((url) => url === new URL(url).origin);

/** What each variable must be, and the sentence for somebody who set it to something else. */
type Variable = {
  readonly reads: z.ZodType<string, string>;
  readonly wants: string;
  /** Its value is never shown, in no message and no log. */
  readonly isSecret?: true;
};

const key = (wants: string, reads: z.ZodType<string, string> = z.string()): Variable => ({
  reads,
  wants,
  isSecret: true,
});

/** Every variable that Countersign knows: issue 2, point 2. Outsiders rely on the names. */
const VARIABLES = {
  PORT: { reads: port, wants: "a whole number from 0 to 65535, where 0 takes any free port" },
  HOST: { reads: host, wants: "an address or a host name of this machine, such as 127.0.0.1" },
  DATA_DIR: { reads: z.string(), wants: "a folder" },
  DATABASE_URL: key(
    'an address such as postgres://user:password@host:5432/database (a "%" in a password is written %25)',
    databaseUrl,
  ),
  PUBLIC_URL: {
    reads: webUrl,
    wants: "the address at which others reach Countersign, such as https://bot.example.com",
  },
  COUNTERSIGN_SECRET: key(
    'at least 16 characters that nobody can guess, such as "openssl rand -hex 32" prints',
    z.string().min(16),
  ),
  SLACK_BOT_TOKEN: key(
    'the Bot User OAuth Token, which begins with "xoxb-" (api.slack.com/apps, OAuth & Permissions)',
    z.string().startsWith("xoxb-"),
  ),
  SLACK_SIGNING_SECRET: key("the Signing Secret (api.slack.com/apps, Basic Information)"),
  SLACK_APP_TOKEN: key(
    'an App-Level Token, which begins with "xapp-" (api.slack.com/apps, Basic Information)',
    z.string().startsWith("xapp-"),
  ),
  SLACK_API_URL: { reads: webUrl, wants: "a web address, such as https://slack.com/api" },
  SLACK_DEFAULT_CHANNEL: {
    reads: channel,
    wants: "a channel's id, such as C0123456789 (at the end of its details)",
  },
  OPS_CHANNEL: { reads: channel, wants: "a channel's id, such as C0123456789 (at the end of its details)" },
  AUTH_MODE: {
    reads: z.enum(["keys", "none"]),
    wants: '"keys", or "none" to try the API on your own machine without a key',
  },
  API_RATE_LIMIT: {
    reads: z.string().regex(/^[1-9]\d{0,6}$/),
    wants: "how many requests each key may make a minute, from 1 to 9999999",
  },
  API_ALLOWED_IPS: {
    reads: listOf(network),
    wants: "addresses and networks with commas between, such as 10.0.0.0/8,192.0.2.7,2001:db8::/32",
  },
  TRUSTED_PROXIES: {
    reads: listOf(network),
    wants: "addresses and networks of your reverse proxies with commas between, such as 10.0.0.5,127.0.0.1",
  },
  API_CORS_ORIGINS: {
    reads: listOf(origin),
    wants:
      "origins of web pages with commas between, such as https://tools.example.com (no path, and no *: name each)",
  },
  ANTHROPIC_API_KEY: key("a key of the Anthropic console"),
  ANTHROPIC_BASE_URL: { reads: webUrl, wants: "a web address, such as https://api.anthropic.com" },
  OPENAI_API_KEY: key("a key of the OpenAI platform"),
  OPENAI_BASE_URL: { reads: webUrl, wants: "a web address, such as http://127.0.0.1:11434/v1" },
  MODEL: {
    reads: z.string().regex(/^(anthropic|openai):\S+$/),
    wants: "provider:model, such as anthropic:claude-opus-5-5 or openai:gpt-5",
  },
  JIRA_URL: { reads: webUrl, wants: "your site's address, such as https://acme.atlassian.net" },
  JIRA_USERNAME: { reads: z.string(), wants: "the e-mail address of the account that writes to Jira" },
  JIRA_API_TOKEN: key("an API token of that account (id.atlassian.com, Security, API tokens)"),
  CONFLUENCE_URL: { reads: webUrl, wants: "your site's address, such as https://acme.atlassian.net" },
  CONFLUENCE_USERNAME: { reads: z.string(), wants: "the e-mail address of the account that writes pages" },
  CONFLUENCE_API_TOKEN: key("an API token of that account (id.atlassian.com, Security, API tokens)"),
  CALLBACK_ALLOW_PRIVATE: {
    reads: z.enum(["0", "1"]),
    wants: "1 to let callbacks reach loopback and private addresses (never in production), else 0",
  },
} as const satisfies Readonly<Record<string, Variable>>;

/** The name of a variable. */
export type Name = keyof typeof VARIABLES;

/** All names, in the order of the documentation. */
export const NAMES = Object.keys(VARIABLES) as readonly Name[];

/** Values that passed, by name. What is unset is missing. */
export type Values = { readonly [N in Name]?: string };

/** The value, or why it cannot be used. */
export function readVariable(
  name: Name,
  text: string,
): { readonly value: string } | { readonly problem: string } {
  const variable: Variable = VARIABLES[name];
  const read = variable.reads.safeParse(text);
  if (read.success) return { value: read.data };
  const shown = variable.isSecret ? "is not usable" : `is "${text.slice(0, 60)}"`;
  return { problem: `${shown}: it must be ${variable.wants}.` };
}
