import { describe, expect, it } from "vitest";
import { Refusal } from "#engine/errors.ts";
import { planOf, Workflow } from "#engine/run/workflow.ts";

const person = (changes: object = {}) => ({
  key: "approve",
  title: "Approve {version}",
  agent: {
    kind: "person",
    asks: "approval",
    what: "Tag {project} v{version}?",
    effect: "tag v{version}",
    ...changes,
  },
});
const command = {
  key: "tag",
  title: "Tag",
  agent: { kind: "command", run: 'git tag "v$VERSION" {version}' },
};
const document = (changes: object = {}) => ({
  name: "release",
  title: "Release {project} {version}",
  parameters: { version: { description: "the version to release", pattern: "semver" } },
  steps: [person(), { ...command, after: ["approve"] }],
  ...changes,
});
const plan = (changes: object, parameters: Readonly<Record<string, string>>, project = "billing") =>
  planOf(Workflow.parse(document(changes)), { parameters, project });
const refused = (work: () => unknown) => {
  expect(work).toThrow(Refusal);
  try {
    work();
  } catch (error) {
    return error instanceof Refusal ? `${error.code}: ${error.message}` : "";
  }
  return "";
};

describe("a workflow with its parameters", () => {
  it("is a plan with everything filled in, but never a command's line", () => {
    const made = plan({}, { version: "1.2.3" });
    expect(made.title).toBe("Release billing 1.2.3");
    expect(made.plan[0]).toMatchObject({
      title: "Approve 1.2.3",
      agent: { what: "Tag billing v1.2.3?", effect: "tag v1.2.3" },
    });
    expect(made.plan[1]?.agent).toEqual(command.agent);
  });

  it.each([
    [{}, "bad_input: “version” is missing: the version to release. Type `/goal run release version=1.2.3`."],
    [
      { version: "" },
      "bad_input: “version” is missing: the version to release. Type `/goal run release version=1.2.3`.",
    ],
    [
      { version: "1.2.3", force: "yes" },
      "bad_input: Workflow “release” has no parameter “force”. Type `/goal run release version=1.2.3`.",
    ],
    [
      { version: "1.2" },
      "bad_input: “version” (the version to release) must be a version such as 1.2.3, not “1.2”. Type `/goal run release version=1.2.3`.",
    ],
  ])("says what to type when it gets %j", (parameters, says) => {
    expect(refused(() => plan({}, parameters))).toBe(says);
  });

  it.each(["1.2.3\n", " 1.2.3", "$(touch x)", "1.2.3;rm", "v1.2.3", "01.2.3", "1.2.3-"])(
    "takes no %j for a version",
    (version) => expect(refused(() => plan({}, { version }))).toMatch(/^bad_input: “version”/),
  );

  it("takes what a regular expression of its own takes, and all of it", () => {
    const parameters = { version: { description: "where to", pattern: "eu|us", example: "eu" } };
    expect(plan({ parameters }, { version: "us" }).title).toBe("Release billing us");
    expect(refused(() => plan({ parameters }, { version: "eux" }))).toContain("text that fits `eu|us`");
  });

  it("uses defaults, and leaves out what nobody has to give", () => {
    const parameters = {
      version: { description: "the version", default: "1.0.0" },
      note: { description: "a note", required: false },
    };
    expect(plan({ parameters }, {}).parameters).toEqual({ version: "1.0.0" });
  });

  it("keeps hostile values as data: only what a card shows is made one line", () => {
    const parameters = { version: { description: "anything" } };
    const value = "$(touch x)\n`id` {project} '\"";
    const made = plan({ parameters }, { version: value });
    expect(made.parameters["version"]).toBe(value);
    expect(made.plan[0]?.title).toBe("Approve $(touch x) `id` {project} '\"");
    expect(made.plan[1]?.agent).toEqual(command.agent);
  });

  it.each([
    ["a".repeat(200), /longer|does not work/],
    ["\0", /not text/],
  ])("refuses a value that no card or environment can hold", (version, says) => {
    const parameters = { version: { description: "anything" } };
    expect(refused(() => plan({ parameters }, { version }))).toMatch(says);
  });

  it("needs a project where it names one", () => {
    expect(refused(() => plan({}, { version: "1.2.3" }, ""))).toMatch(/bad_input: .*works on a project/);
  });

  it("refuses a plan that could never finish", () => {
    const steps = [{ ...command, after: ["tag"] }];
    expect(refused(() => plan({ steps }, { version: "1.2.3" }))).toMatch(/^bad_plan: /);
  });
});

describe("a workflow's document", () => {
  it.each([
    [{ title: "Release {verison}" }, "{verison} is not one of the parameters"],
    [{ steps: [person({ what: "Tag {tag}?" })] }, "{tag} is not one of the parameters"],
    [{ parameters: { project: { description: "x" } } }, "`project` is filled in by itself"],
    [
      { parameters: { version: { description: "x", pattern: "(" } } },
      "neither `semver` nor a regular expression",
    ],
    [
      {
        parameters: { version: { description: "x" }, "a-b": { description: "x" }, a_b: { description: "x" } },
      },
      "differ only",
    ],
    [{ steps: [] }, "steps"],
    [{ stpes: [] }, "stpes"],
  ])("is refused when it is %j", (changes, says) => {
    const read = Workflow.safeParse(document(changes));
    expect(read.success).toBe(false);
    expect(JSON.stringify(read.error?.issues)).toContain(says.replaceAll('"', '\\"'));
  });
});
