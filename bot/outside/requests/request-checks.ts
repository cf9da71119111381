import type { Question } from "#engine/consultation/question.ts";
import { type WrongField, WrongFields } from "../wrong-fields.ts";
import type { NewRequest } from "./request.ts";

/** Answers that a clarification takes beside its options: the comment is the answer. */
const BY_TEXT = ["text", "answer"] as const;

/** What no single field's shape can tell, whoever brings the request. Where it is to go is looked up by `createRoute`. */
export const wrongInRequest = (asked: NewRequest): readonly WrongField[] => [
  ...wrongOptions(asked),
  ...(asked.callbackSecret !== undefined && asked.callbackWebhook === undefined ? [NOTHING_TO_SIGN] : []),
];

const NOTHING_TO_SIGN: WrongField = {
  field: "callback_secret",
  detail: "It signs nothing without a callback_webhook.",
};

/** Options that don't fit the type, or each other. */
function wrongOptions({ type, options }: Pick<NewRequest, "type" | "options">): readonly WrongField[] {
  if (type === "approval" && options.length > 0)
    return [{ field: "options", detail: 'An approval takes no options: use "decision" or "clarification".' }];
  if (type === "decision" && options.length < 2)
    return [{ field: "options", detail: "A decision needs two options at least." }];
  return options.flatMap(({ key }, i) => {
    const field = `options.${i}`;
    if (options.findIndex((one) => one.key === key) < i)
      return [{ field, detail: `“${key}” is there twice.` }];
    const isTaken = type === "clarification" && BY_TEXT.some((word) => word === key);
    return isTaken ? [{ field, detail: `“${key}” means an answer in words: choose another key.` }] : [];
  });
}

/** The engine's word for an answer from outside. Refuses (`bad_input`) what is none, with those that there are. */
export function decisionOf(question: Question | null, said: string): string {
  const decision = question?.type === "clarification" && said === "answer" ? "text" : said;
  const known = decisionsFor(question);
  if (known.includes(decision)) return decision;
  const listed = known.map((one) => `"${one}"`).join(", ");
  throw new WrongFields([{ field: "decision", detail: `“${said}” is no answer to this: write ${listed}.` }]);
}

function decisionsFor(question: Question | null): readonly string[] {
  switch (question?.type) {
    case "approval":
      return ["approve", "reject", "request_changes"];
    case "clarification":
      return ["text", ...question.options.map(({ key }) => key)];
    case "decision":
      return question.options.map(({ key }) => key);
    case "work":
      return ["done"];
    case undefined:
      return [];
  }
}
