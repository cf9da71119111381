/** The first test that failed, and what it said. */
export type FailedTest = { readonly name: string; readonly message: string };

type Finder = (text: string) => FailedTest | null;

const MOST_MESSAGE_LINES = 4;

/**
 * The first failed test in what a command printed, by name, with the lines that say why: node:test (spec and TAP), vitest,
 * jest, pytest, cargo, go, mocha. Null where no runner is recognised.
 */
export function readFailedTest(text: string): FailedTest | null {
  for (const find of [ofNodeSpec, ofTap, ofVitest, ofJest, ofPytest, ofCargo, ofGo, ofMocha]) {
    const found = find(text);
    if (found) return found;
  }
  return null;
}

/** After "failing tests:" each test stands with its place, its name, and its message. */
const ofNodeSpec: Finder = (text) => {
  const list = /^✖ failing tests:\s*\n([\s\S]*)/m.exec(text)?.[1];
  const [, name, rest] = /^✖ (.+?)(?: \([\d.]+ms\))?\s*\n([\s\S]*)/m.exec(list ?? "") ?? [];
  return name === undefined ? null : { name, message: message(rest) };
};

/** A suite fails with its tests, so it says nothing: the first failure that is not "1 subtest failed". */
const ofTap: Finder = (text) => {
  const failures = text.matchAll(/^( *)not ok \d+ - (.+)\n\1 {2}---\n([\s\S]{0,5000}?)^\1 {2}\.\.\./gm);
  for (const [, , name = "", details = ""] of failures) {
    if (/failureType: 'subtestsFailed'/.test(details)) continue;
    const [, , block] = /^( *)error: \|-?\n((?:\1 +.*\n|\s*\n)*)/m.exec(details) ?? [];
    const [, line = ""] = /^ *error: '?(.*?)'?$/m.exec(details) ?? [];
    return { name, message: message(block ?? line) };
  }
  return null;
};

/** " FAIL  test/tax.test.ts > tax > of zero is zero", then the error. */
const ofVitest: Finder = (text) => {
  const [, name, rest] = /^ *FAIL {2}\S+ > (.+)\n([\s\S]*)/m.exec(text) ?? [];
  return name === undefined ? null : { name: name.trim(), message: message(rest) };
};

/** "  ● tax › of zero is zero", an empty line, then the error. */
const ofJest: Finder = (text) => {
  const [, name, rest] = /^ {2}● (.+)\n\s*\n([\s\S]*)/m.exec(text) ?? [];
  return name === undefined ? null : { name: name.replaceAll(" › ", " > "), message: message(rest) };
};

/** "FAILED test_tax.py::test_zero - AssertionError: …" in its short summary. */
const ofPytest: Finder = (text) => {
  const [, name, said = ""] = /^(?:FAILED|ERROR) (\S+)(?: - (.*))?$/m.exec(text) ?? [];
  return name === undefined ? null : { name, message: said.trim() };
};

/** "---- tests::zero stdout ----", then the panic. */
const ofCargo: Finder = (text) => {
  const [, name, rest = ""] = /^---- (.+) stdout ----\n([\s\S]*)/m.exec(text) ?? [];
  return name === undefined
    ? null
    : { name, message: message(rest.replace(/^[\s\S]*?panicked at [^\n]*\n/, "")) };
};

/** "--- FAIL: TestZero (0.00s)", then its lines; subtests are indented, and say more than their parents. */
const ofGo: Finder = (text) => {
  const found = [...text.matchAll(/^ *--- FAIL: (\S+).*\n((?!\s*---)(?: +.*\n?)*)/gm)];
  const [, name, rest] = found.find(([, , lines = ""]) => lines.trim() !== "") ?? found[0] ?? [];
  return name === undefined ? null : { name, message: message(rest) };
};

/** "  1) tax", deeper lines with the rest of the name up to a colon, then the error. */
const ofMocha: Finder = (text) => {
  const list = /^ {2}\d+ failing\s*\n([\s\S]*)/m.exec(text)?.[1];
  const [, name, rest] = /^ {2}1\) ([\s\S]*?):\n([\s\S]*)/m.exec(list ?? "") ?? [];
  return name === undefined ? null : { name: name.replace(/\s*\n\s+/g, " > "), message: message(rest) };
};

const STACK = /^(?:at |❯ |stack backtrace|> \d+ \||\d+ \||⎯)/;

/** The first lines that say something, up to the stack, each without its indentation. */
function message(text = ""): string {
  const lines = text.split("\n").map((line) => line.trim());
  const end = lines.findIndex((line, i) => i > 0 && STACK.test(line));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .filter((line) => line !== "")
    .slice(0, MOST_MESSAGE_LINES)
    .join("\n");
}
