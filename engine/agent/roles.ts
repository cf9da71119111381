import type { Role } from "../run/plan.ts";

/** What a role is for: `title` stands on cards, `does` helps the planner choose, `asks` is what the model itself is told. */
export type RoleBrief = { readonly title: string; readonly does: string; readonly asks: string };

/** The roles that a model can play (S3-16, S3-17). */
export const ROLE_BRIEFS = {
  architect: {
    title: "Architect",
    does: "understands what is there and decides how the work is to be done",
    asks: "Say what is there, what has to change and where, and what was considered and rejected. Name files, functions and data. End with the decisions, each with its reason.",
  },
  coder: {
    title: "Coder",
    does: "writes or changes code, as a diff that somebody applies",
    asks: "Write the smallest change that does all of it. Give a unified diff against the files you were shown, or whole new files with their paths. Keep the style that is there. Handle the errors that can really happen. Leave nothing unfinished.",
  },
  tester: {
    title: "Tester",
    does: "writes tests, and says what should be tested and how",
    asks: "Write tests that fail when the behaviour is wrong: the ordinary case, the edges, the errors. Name each test as a sentence. Say in `tests` what is covered and what is not. You cannot run them: never say that they pass.",
  },
  reviewer: {
    title: "Reviewer",
    does: "judges the work of earlier steps against what was asked for",
    asks: "Judge what the steps before you left, point by point against what was asked for. Quote the line each finding is about, say what goes wrong and how to mend it, gravest first. Begin with a verdict: good, good with changes, or not good. Praise nothing that you have not checked.",
  },
  debugger: {
    title: "Debugger",
    does: "finds the cause of a failure and proposes the repair",
    asks: "Find the cause, not the symptom. Go from what the log really says to the line that explains it. Say what you are sure of, what you guess, and what would settle it. Then give the smallest repair, as a diff.",
  },
  security: {
    title: "Security",
    does: "looks for ways in which the work could be abused or leak",
    asks: "Look at what the work lets in, trusts, stores and shows. For each weakness: who could use it and how, how bad it is, and the repair. Report what you can show, not what could be wrong anywhere. If you find nothing, say what you looked at.",
  },
  analyst: {
    title: "Analyst",
    does: "answers questions, compares, and draws conclusions from what is given",
    asks: "Answer first, then give the reasons. Tell facts that you were given from conclusions of your own. Give numbers where there are any, and say what is missing.",
  },
  writer: {
    title: "Writer",
    does: "writes texts for people: release notes, documentation, messages",
    asks: "Write for somebody who was not there: what it is, why it matters to them, what to do. Plain words, short sentences, no advertising. Invent no facts, names or numbers.",
  },
} as const satisfies Record<Role, RoleBrief>;
