import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { signatureHeaders, whyNotSecret } from "#integrations/web/signatures.ts";

test("The specification's vector", () => {
  const headers = signatureHeaders(
    { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: new Date(1_614_265_330_000), body: '{"test": 2432232314}' },
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  );
  expect(headers).toMatchObject({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("Bytes that are no ASCII are signed as they are sent", () => {
  const body = JSON.stringify({ text: "grüß dich 👋" });
  const headers = signatureHeaders({ id: "m", at: new Date(), body }, ["0123456789abcdef"]);
  expect(new Webhook("0123456789abcdef", { format: "raw" }).verify(body, headers)).toEqual(JSON.parse(body));
});

test("A body, an id or a time that was changed is found out", () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  const headers = signatureHeaders({ id: "m", at: new Date(), body: "{}" }, [secret]);
  const verifier = new Webhook(secret);
  expect(verifier.verify("{}", headers)).toEqual({});
  expect(() => verifier.verify("{} ", headers)).toThrow("No matching signature");
  expect(() => verifier.verify("{}", { ...headers, "webhook-id": "n" })).toThrow("No matching signature");
  const later = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) };
  expect(() => verifier.verify("{}", later)).toThrow("No matching signature");
});

test("Two secrets, two signatures, the newest first; the plain one is the newest's", () => {
  const signed = { id: "m", at: new Date(), body: "{}" };
  const [one, two] = ["the-old-secret-of-16", "the-new-secret-of-16"];
  const both = signatureHeaders(signed, [two, one]);
  const [byOne, byTwo] = [signatureHeaders(signed, [one]), signatureHeaders(signed, [two])];
  expect(both["webhook-signature"]).toBe(`${byTwo["webhook-signature"]} ${byOne["webhook-signature"]}`);
  expect(both["x-webhook-signature"]).toBe(byTwo["x-webhook-signature"]);
});

test.each([
  ["0123456789abcdef", null],
  ["0123456789abcde", /16 to 255/],
  ["x".repeat(256), /16 to 255/],
  ["with spaces in between", /without spaces/],
  ["zwölf-boxkämpfer-jagen", /16 to 255/],
  [`whsec_${Buffer.alloc(24).toString("base64")}`, null],
  [`whsec_${Buffer.alloc(15).toString("base64")}`, /16 bytes/],
  ["whsec_no-base64-at-all!", /base64/],
])("A secret that is brought along must be usable: %s", (secret, why) => {
  if (why === null) expect(whyNotSecret(secret)).toBeNull();
  else expect(whyNotSecret(secret)).toMatch(why);
});
