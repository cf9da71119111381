import { describe, expect, test } from "vitest";
import type { Policy } from "#engine/consultation/consultation.ts";
import type { Question } from "#engine/consultation/question.ts";
import { givenConsultation } from "#test/support/given.ts";
import { alice, bob, opened, policy, reply, settled } from "#test/support/sample-question.ts";
import { question } from "#test/support/sample-run.ts";

const under = (changes: Partial<Policy>, asked: Partial<Question> = {}) =>
  givenConsultation(opened({ policy: { ...policy, ...changes }, question: { ...question, ...asked } }));

describe("who may answer", () => {
  test("a full member of the channel, where nobody is named", () => {
    under({}).when(reply("approve")).gives(settled("approve"));
  });

  test("nobody from outside the channel, where nobody is named", () => {
    under({})
      .when(reply("approve", { who: { ...bob, isInChannel: false } }))
      .refused("not_allowed", /members of <#C02DEPLOYS>/);
  });

  test("the named people, also from outside the channel", () => {
    under({ people: ["U02BOB", "U03CAROL"] })
      .when(reply("approve", { who: { ...bob, isInChannel: false } }))
      .gives(settled("approve"));
  });

  test("nobody else, where people are named", () => {
    under({ people: ["U03CAROL", "U04DAVE"] })
      .when(reply("approve"))
      .refused("not_allowed", /Only <@U03CAROL> or <@U04DAVE>/);
  });

  test("no bot, no guest, nobody from another company, even when named", () => {
    const guest = { ...bob, isFullMember: false };
    under({})
      .when(reply("approve", { who: guest }))
      .refused("not_allowed", /full members/);
    under({ people: ["U02BOB"] })
      .when(reply("approve", { who: guest }))
      .refused("not_allowed", /full members/);
  });
});

describe("four eyes", () => {
  const alone = { ...alice, othersMayAnswer: false };
  const approve = reply("approve", { who: alice });
  const approveAlone = reply("approve", { who: alone, alone: true });

  test("when possible: the requester is refused while anybody else may answer", () => {
    under({})
      .when(approve)
      .refused("not_allowed", /somebody else must answer/);
    under({})
      .when(reply("approve", { who: alice, alone: true }))
      .refused("not_allowed");
  });

  test("when possible: where nobody else may, the requester must say so", () => {
    under({})
      .when(reply("approve", { who: alone }))
      .refused("not_allowed", /Approve alone/);
  });

  test("when possible: approved alone is recorded as such", () => {
    under({})
      .when(approveAlone)
      .gives(settled("approve", { by: "U01ALICE", alone: true }));
  });

  test("when possible: a high risk is never approved alone", () => {
    under({}, { risk: "high" })
      .when(approveAlone)
      .refused("not_allowed", /Name a reviewer/);
  });

  test("always: the requester never approves, also where nobody else may", () => {
    under({ fourEyes: "always" }).when(approve).refused("not_allowed");
    under({ fourEyes: "always" })
      .when(approveAlone)
      .refused("not_allowed", /somebody else must answer/);
  });

  test("always: naming the requester changes nothing", () => {
    under({ fourEyes: "always", people: ["U01ALICE"] })
      .when(approveAlone)
      .refused("not_allowed");
  });

  test("never: the requester approves like anybody else, and that is not “alone”", () => {
    const mine = settled("approve", { by: "U01ALICE" });
    under({ fourEyes: "never" }).when(approve).gives(mine);
    under({ fourEyes: "never" }).when(approveAlone).gives(mine);
    under({ fourEyes: "never" }, { risk: "high" }).when(approve).gives(mine);
  });

  test("somebody else's approval is never “alone”, whatever their client says", () => {
    under({})
      .when(reply("approve", { alone: true }))
      .gives(settled("approve"));
  });

  test("is for approvals: the requester answers what an agent wants to know", () => {
    under({}, { type: "clarification" })
      .when(reply("text", { who: alice, note: "Mondays." }))
      .gives(settled("text", { by: "U01ALICE", note: "Mondays." }));
    under({}, { type: "work" })
      .when(reply("done", { who: alice }))
      .gives(settled("done", { by: "U01ALICE" }));
  });

  test("a rehearsed question decides nothing, so its requester may answer it", () => {
    under({}, { rehearsed: true })
      .when(approve)
      .gives(settled("approve", { by: "U01ALICE" }));
  });
});

describe("naming reviewers", () => {
  const name = (people: readonly string[], by = "U01ALICE") =>
    ({ type: "name reviewers", people, by }) as const;
  const carol = { type: "consultation.named", people: ["U03CAROL"] } as const;

  test("the requester names somebody else, who may answer from then on", () => {
    under({})
      .when(name(["U03CAROL"]))
      .gives(carol);
    expect(
      under({})
        .when(name(["U03CAROL"]))
        .leadsTo().policy?.people,
    ).toEqual(["U03CAROL"]);
  });

  test("replaces those who were named", () => {
    givenConsultation(opened(), carol)
      .when(reply("approve"))
      .refused("not_allowed", /Only <@U03CAROL>/);
  });

  test("a named reviewer may hand it on", () => {
    under({ people: ["U02BOB"] })
      .when(name(["U03CAROL"], "U02BOB"))
      .gives(carol);
  });

  test("where reviewers are set the requester names one of them, and nobody of their own choice", () => {
    const set = { people: ["U02BOB"], reviewers: ["U02BOB", "U03CAROL"] };
    under(set)
      .when(name(["U03CAROL"]))
      .gives(carol);
    under(set)
      .when(name(["U03CAROL", "U04DAVE"]))
      .refused("not_allowed", /Only <@U02BOB> or <@U03CAROL>/);
    under(set)
      .when(name(["U04DAVE"], "U02BOB"))
      .gives({ type: "consultation.named", people: ["U04DAVE"] });
  });

  test("nobody else may", () => {
    under({})
      .when(name(["U03CAROL"], "U02BOB"))
      .refused("not_allowed", /Leave it to the others in <#.*>. Only <@U01ALICE>, who asked/);
    under({ people: ["U03CAROL"] })
      .when(name(["U04DAVE"], "U02BOB"))
      .refused("not_allowed", /Only <@U03CAROL>, or <@U01ALICE>, who asked/);
  });

  test.each([
    [[], /one to five/],
    [["U1", "U2", "U3", "U4", "U5", "U6"], /one to five/],
    [["U03CAROL", "U01ALICE"], /somebody else/],
  ])("%o is refused", (people, words) => {
    under({}).when(name(people)).refused("bad_input", words);
  });
});
