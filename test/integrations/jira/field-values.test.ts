import { expect, test } from "vitest";
import { openSite } from "#integrations/jira/client.ts";
import { type FieldShape, settingFor, settingName, toFieldValue } from "#integrations/jira/field-values.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";

const site = (fields: Record<string, unknown> = {}) =>
  openSite({
    settings: JiraSettings.parse({
      url: "http://127.0.0.1:9",
      username: "us@example.com",
      project: "PAY",
      fields,
    }),
    token: "t",
    project: "billing",
  });
const field = (schema: FieldShape["schema"], more: Partial<FieldShape> = {}): FieldShape => ({
  ...{ fieldId: "customfield_1", name: "Field", schema },
  ...more,
});
const accounts = async (email: string) => (email === "alice@example.com" ? "5b10a:alice" : null);
const colours = [
  { id: "1", value: "Red" },
  { id: "2", value: "Blue" },
];

test.each([
  ["a text", { type: "string" }, {}, "words", "words"],
  ["a text of a number", { type: "string" }, {}, 7, "7"],
  ["a number", { type: "number" }, {}, "3.5", 3.5],
  ["a date", { type: "date" }, {}, "2026-12-01", "2026-12-01"],
  ["an option", { type: "option" }, { allowedValues: colours }, "blue", { id: "2" }],
  ["an option by its id", { type: "option" }, { allowedValues: colours }, 1, { id: "1" }],
  ["an option that is not listed", { type: "option" }, {}, "Red", { value: "Red" }],
  [
    "options",
    { type: "array", items: "option" },
    { allowedValues: colours },
    ["red", "Blue"],
    [{ id: "1" }, { id: "2" }],
  ],
  ["one of options", { type: "array", items: "option" }, { allowedValues: colours }, "red", [{ id: "1" }]],
  ["labels", { type: "array", items: "string" }, {}, ["a", "b"], ["a", "b"]],
  ["versions", { type: "array", items: "version" }, {}, "1.0", [{ name: "1.0" }]],
  [
    "a priority",
    { type: "priority" },
    { allowedValues: [{ id: "3", name: "Medium" }] },
    "medium",
    { id: "3" },
  ],
  ["a person by address", { type: "user" }, {}, "alice@example.com", { accountId: "5b10a:alice" }],
  ["a person by account", { type: "user" }, {}, "5b10a:bob", { accountId: "5b10a:bob" }],
  ["persons", { type: "array", items: "user" }, {}, ["5b10a:bob"], [{ accountId: "5b10a:bob" }]],
  ["a group", { type: "group" }, {}, "devs", { name: "devs" }],
  [
    "a choice in a choice",
    { type: "option-with-child" },
    {},
    "EU / DE",
    { value: "EU", child: { value: "DE" } },
  ],
  ["what is written out", { type: "any" }, {}, { key: "X" }, { key: "X" }],
])("%s is written as its field takes it", async (_, schema, more, value, expected) => {
  expect(await toFieldValue(site(), field(schema, more), value, accounts)).toEqual(expected);
});

test("a field of several lines takes a document", async () => {
  const schema = { type: "string", custom: "com.atlassian.jira.plugin.system.customfieldtypes:textarea" };
  expect(await toFieldValue(site(), field(schema), "{code}", accounts)).toMatchObject({
    type: "doc",
    version: 1,
  });
});

test.each([
  ["takes a number", { type: "number" }, "many"],
  ["takes a number", { type: "number" }, ""],
  ["takes a person, and Jira knows no bob@example.com there", { type: "user" }, "bob@example.com"],
])("what does not fit is refused: %s", async (why, schema, value) => {
  await expect(toFieldValue(site(), field(schema), value, accounts)).rejects.toMatchObject({
    code: "bad_field",
    message: `Jira's field 'Field' ${why}. Change \`jira.fields.field\` for billing.`,
  });
});

test("a field is meant by its id or its name, however that is written", () => {
  const points = field({ type: "number" }, { fieldId: "customfield_10016", name: "Story Points" });
  for (const name of ["Story Points", "story_points", "storyPoints", "customfield_10016"])
    expect(settingFor(site({ [name]: 3 }), points)).toBe(3);
  expect(settingFor(site({ points: 3 }), points)).toBeUndefined();
  expect(settingName(points)).toBe("customfield_10016");
});
