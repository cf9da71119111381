import type { Operation } from "./operations.ts";
import type { Ready } from "./scene.ts";

/** A parameter that the document forbids, and the call that has it. */
type WrongParameter = { readonly name: string; readonly text: string; readonly more: Partial<Ready> };

/** What is read by other rules than the document can tell. */
const UNTOLD: Readonly<Record<string, string>> = {
  ...{ cursor: "made-up", state: "soon", status: "soon", last_event_id: "x" },
};

/** All wrong parameters of this operation, one at a time, in an otherwise right call. */
export function wrongParameters(operation: Operation, call: Ready): readonly WrongParameter[] {
  return operation.parameters.flatMap(({ name, in: place, schema }) =>
    wrongTexts(name, schema).map((text) => ({ name, text, more: withParameter(call, place, name, text) })),
  );
}

function wrongTexts(name: string, schema: Readonly<Record<string, unknown>>): readonly string[] {
  const { type, minimum, maximum, minLength, maxLength, pattern, enum: words } = schema;
  const isNumber = [type].flat().some((one) => one === "integer" || one === "number");
  return [
    ...(UNTOLD[name] === undefined ? [] : [UNTOLD[name]]),
    ...(isNumber ? ["abc"] : []),
    ...(type === "integer" ? ["1.5"] : []),
    ...(typeof minimum === "number" ? [String(minimum - 1)] : []),
    ...(typeof maximum === "number" ? [String(maximum + 1)] : []),
    ...(typeof minLength === "number" && name !== "workflow_id" && name !== "checkpoint_id" ? [""] : []),
    ...(typeof maxLength === "number" ? ["x".repeat(maxLength + 1)] : []),
    ...(typeof pattern === "string" || words !== undefined ? ["X Y"] : []),
  ];
}

function withParameter(call: Ready, place: string, name: string, text: string): Partial<Ready> {
  if (place === "path") return { params: { ...call.params, [name]: text } };
  if (place === "header") return { headers: { ...call.headers, [name]: text } };
  return { query: new URLSearchParams([[name, text]]).toString() };
}
