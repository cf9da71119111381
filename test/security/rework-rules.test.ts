import { expect, test } from "vitest";
import { rulesAgain } from "#bot/brief.ts";
import type { Project } from "#db/places.ts";
import { brief } from "#test/support/sample-run.ts";

const project: Project = {
  ...{ id: "0199a0e0-0000-7000-8000-000000000001", workspaceId: "T01LOCAL", name: "billing" },
  ...{ repository: "/srv/billing", branch: null, channelId: "C02DEPLOYS", testCommand: null, commands: {} },
  ...{ reviewers: ["U03CAROL"], ownerId: null, fourEyes: "always", planApproval: "always" },
};
const asked = brief({ requestedBy: "U01ALICE", reviewers: ["U02BOB"], fourEyes: "when_possible" });

test("the only reviewer who asks for the goal again is not left as the only one who may answer", () => {
  expect(rulesAgain(asked, null, "U02BOB").reviewers).toEqual([]);
  expect(rulesAgain(asked, project, "U02BOB").reviewers).toEqual(["U03CAROL"]);
  expect(rulesAgain(asked, project, "U04DAVE").reviewers).toEqual(["U02BOB"]);
});

test("rules that an operator has made stricter since hold for the new run", () => {
  expect(rulesAgain(asked, project, "U04DAVE")).toMatchObject({ fourEyes: "always", planApproval: "always" });
});
