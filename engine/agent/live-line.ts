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
  let escaped: string | null = null;
  let line = "";

  const write = (text: string): void => {
    if (within !== "value") return;
    line = text === "\n" ? "" : line + text;
  };
  const readEscape = (so: string): void => {
    const isCodePoint = so.startsWith("u");
    if (isCodePoint && so.length < 5) {
      escaped = so;
      return;
    }
    escaped = null;
    write(isCodePoint ? String.fromCharCode(Number.parseInt(so.slice(1), 16)) : (ESCAPES[so] ?? so));
  };
  const readText = (character: string): void => {
    if (escaped !== null) readEscape(escaped + character);
    else if (character === "\\") escaped = "";
    else if (character === '"') within = "nothing";
    else write(character);
  };
  const readSign = (sign: string): void => {
    switch (sign) {
      case "{":
      case "[":
        open.push(sign);
        nameIsNext = sign === "{";
        return;
      case "}":
      case "]":
        open.pop();
        return;
      case ",":
        nameIsNext = open.at(-1) === "{";
        return;
      case ":":
        nameIsNext = false;
        return;
      case '"':
        within = nameIsNext ? "name" : "value";
        if (within === "value") line = "";
    }
  };
  return {
    read: (character: string) => (within === "nothing" ? readSign(character) : readText(character)),
    line: () => line,
  };
}
