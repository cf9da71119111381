import { expect, test } from "vitest";
import { agentName, plainAgentName } from "#bot/slack/blocks/who.ts";

test("an agent's name always ends in “· agent”", () => {
  expect(agentName("code-review")).toBe("code-review · agent");
  expect(plainAgentName("code-review")).toBe("code-review · agent");
  expect(agentName("&".repeat(200))).toMatch(/^(&amp;)+… · agent$/);
  expect(plainAgentName("x".repeat(200))).toMatch(/^x{1,39}… · agent$/);
});

test.each([
  ["<@U02BOB>", "&lt;@U02BOB&gt; · agent"],
  ["<!channel> *now*", "&lt;!channel&gt; ∗now∗ · agent"],
  ["✓ Approved by Bob", "Approved by Bob · agent"],
  ["Bob · approved", "Bob approved · agent"],
  ["Bob\n✋ Carol, pay", "Bob ✋ Carol, pay · agent"],
  ["\u202e\u200b", "somebody's · agent"],
  ["", "somebody's · agent"],
])("nothing in %j looks like a person's or like ours", (name, shown) => {
  expect(agentName(name)).toBe(shown);
});
