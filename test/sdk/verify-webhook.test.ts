import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook, WebhookRefused } from "../../sdk/src/verify-webhook.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const other = "a secret of the agent's own";
const body = JSON.stringify({ event: "request.responded", comment: "größer" });

/** As the other side signs: the specification's own library, and Python's hmac as document 000 has it. */
function signed(by: string = secret, at = new Date()) {
  const signer = by.startsWith("whsec_") ? new Webhook(by) : new Webhook(Buffer.from(by), { format: "raw" });
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": signer.sign("msg_1", at, body),
    "x-webhook-signature": `sha256=${createHmac("sha256", by).update(body).digest("hex")}`,
  };
}

test("what the specification's library signed is believed, whatever the headers come in", () => {
  const id = "msg_1";
  expect(verifyWebhook({ body, headers: signed(), secret })).toEqual({ id, payload: JSON.parse(body) });
  expect(verifyWebhook({ body: Buffer.from(body), headers: new Headers(signed()), secret }).id).toBe(id);
  const shouted = Object.fromEntries(
    Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), [value]]),
  );
  expect(verifyWebhook({ body, headers: shouted, secret }).id).toBe(id);
});

test("a secret of one's own, with letters beyond ASCII, is taken as it stands", () => {
  const own = "ein Geheimnis mit Ümläuten";
  expect(verifyWebhook({ body, headers: signed(own), secret: own }).id).toBe("msg_1");
});

test("while the secret is changed both are believed, on either side", () => {
  const headers = signed(secret);
  const both = {
    ...headers,
    "webhook-signature": `${signed(other)["webhook-signature"]} ${headers["webhook-signature"]}`,
  };
  expect(verifyWebhook({ body, headers: both, secret }).id).toBe("msg_1");
  expect(verifyWebhook({ body, headers: signed(other), secret: [secret, other] }).id).toBe("msg_1");
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test.each([
  { what: "a changed body", sent: { body: `${body} ` } },
  { what: "another secret", sent: { secret: other } },
  { what: "an old post, rightly signed", sent: { headers: signed(secret, minutesAgo(6)) } },
  { what: "a post from the future", sent: { headers: signed(secret, minutesAgo(-6)) } },
  {
    what: "an old post under a new time",
    sent: {
      headers: { ...signed(secret, minutesAgo(6)), "webhook-timestamp": signed()["webhook-timestamp"] },
    },
  },
  { what: "a post under another id", sent: { headers: { ...signed(), "webhook-id": "msg_2" } } },
  {
    what: "no Standard Webhooks headers, only the one that can be replayed",
    sent: { headers: { "x-webhook-signature": signed()["x-webhook-signature"] } },
  },
  { what: "a signature that is none", sent: { headers: { ...signed(), "webhook-signature": "v1" } } },
  {
    what: "no signature of a version that we know",
    sent: { headers: { ...signed(), "webhook-signature": "v0,abc" } },
  },
])("$what is refused", ({ sent }) => {
  expect(() => verifyWebhook({ body, headers: signed(), secret, ...sent })).toThrow(WebhookRefused);
});

test("whoever asks for it may check X-Webhook-Signature alone, as the document's verify_webhook does", () => {
  const check = (signature: string, by: string | string[] = other) =>
    verifyWebhook({ body, headers: { "X-Webhook-Signature": signature }, secret: by, scheme: "body" });
  const right = signed(other)["x-webhook-signature"];
  expect(check(right).payload).toEqual(JSON.parse(body));
  expect(check(right, [secret, other]).id).toBeNull();
  for (const wrong of [
    right.slice(0, -1),
    right.replace("sha256=", ""),
    `${right}0`,
    "",
    signed()["x-webhook-signature"],
  ])
    expect(() => check(wrong)).toThrow(WebhookRefused);
});

test("without a secret nothing is believed, and the mistake is told", () => {
  for (const none of ["", [], [""]])
    expect(() => verifyWebhook({ body, headers: signed(), secret: none })).toThrow(TypeError);
});
