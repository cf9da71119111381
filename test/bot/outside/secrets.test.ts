import { expect, test } from "vitest";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";

const secrets = createSecrets("a secret that nobody can guess");

test("What is encrypted is read again, under the same secret and about the same thing", () => {
  const kept = secrets.encrypt("whsec_grüß", "endpoint:1");
  expect(kept).toMatch(/^v1\.[\w-]+$/);
  expect(kept).not.toContain("grüß");
  expect(createSecrets("a secret that nobody can guess").decrypt(kept, "endpoint:1")).toBe("whsec_grüß");
});

test("The same text is never kept the same twice", () => {
  expect(secrets.encrypt("a", "b")).not.toBe(secrets.encrypt("a", "b"));
});

const kept = secrets.encrypt("geheim", "endpoint:1");
const [version, text = ""] = kept.split(".");
test.each([
  ["under another COUNTERSIGN_SECRET", createSecrets("another one, as long"), kept, "endpoint:1"],
  ["in another endpoint's row", secrets, kept, "endpoint:2"],
  ["changed", secrets, `${version}.${text.slice(0, -2)}${text.endsWith("AA") ? "BB" : "AA"}`, "endpoint:1"],
  ["cut off", secrets, `${version}.${text.slice(0, 20)}`, "endpoint:1"],
  ["of another version", secrets, `v2.${text}`, "endpoint:1"],
  ["no text of ours", secrets, "geheim", "endpoint:1"],
])("What is %s is not read, and nothing of it is told", (_, by, what, about) => {
  expect(() => by.decrypt(what, about)).toThrow(
    /^What is kept encrypted can't be read: was COUNTERSIGN_SECRET changed\?$/,
  );
});
