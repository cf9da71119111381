const MOST_CHARACTERS = 120;
/** Shorter than this is a word from the reply's form ("low", "coder"), nothing to watch. */
const FEWEST_CHARACTERS = 8;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\n", t: " ", b: "", f: "\n" };

/**
 * Listens to a reply that arrives piece by piece as JSON, and says the line of text that is being written just now: what
 * somebody who watches would like to read. Names of fields are not said.
 */
export function createLiveLine(say: (line: string) => void): (delta: string) => void {
  const reader = createValueReader();
  let said = "";
  return (delta) => {
    for (const character of delta) reader.read(character);
    const line = reader.line().trim();
    const shown = line.length <= MOST_CHARACTERS ? line : `…${line.slice(1 - MOST_CHARACTERS)}`;
    if (line.length < FEWEST_CHARACTERS || shown === said) return;
    said = shown;
    say(shown.toWellFormed());
  };
}

/** Reads JSON one character at a time, only so far as to know which text belongs to a value. */
function createValueReader() {
  const open: string[] = [];
  let within: "nothing" | "name" | "value" = "nothing";
  let nameIsNext = false;
  let escape: string | null = null;
  let line = "";

  const write = (text: string): void => {
    if (within !== "value") return;
    line = text === "\n" ? "" : line + text;
  };
  const readEscape = (so: string): void => {
    const isCodePoint = so.startsWith("u");
    if (isCodePoint && so.length < 5) {
      escape = so;
      return;
    }
    escape = null;
    write(isCodePoint ? String.fromCharCode(Number.parseInt(so.slice(1), 16)) : (ESCAPES[so] ?? so));
  };
  const readText = (character: string): void => {
    if (escape !== null) readEscape(escape + character);
    else if (character === "\\") escape = "";
    else if (character === '"') within = "nothing";
    else write(character);
  };
  const readSign = (character: string): void => {
    if (character === "{" || character === "[") open.push(character);
    if (character === "}" || character === "]") open.pop();
    if (character === "{" || character === ",") nameIsNext = open.at(-1) === "{";
    if (character === ":" || character === "[") nameIsNext = false;
    if (character !== '"') return;
    within = nameIsNext ? "name" : "value";
    if (within === "value") line = "";
  };
  return {
    read: (character: string) => (within === "nothing" ? readSign(character) : readText(character)),
    line: () => line,
  };
}
