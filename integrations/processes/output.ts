import { stripVTControlCharacters } from "node:util";

const MOST_LINE_CHARACTERS = 2_000;

/** Takes what a command prints, keeps the end of it, and tells each line as soon as it is whole. */
export type Output = {
  take(chunk: Buffer): void;
  /** Tells the last line, which may have no line break. Nothing can be taken after that. */
  end(): void;
  /** The last bytes as clean text; says first how much was cut before them. */
  tail(): string;
  readonly cutBytes: number;
};

/** `capBytes`: how much is kept, however much is printed. */
export function createOutput(capBytes: number, onLine: (line: string) => void): Output {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let allBytes = 0;
  const decoder = new TextDecoder();
  let open = "";

  function keep(chunk: Buffer): void {
    allBytes += chunk.length;
    kept.push(chunk);
    keptBytes += chunk.length;
    while (kept[0] && keptBytes - kept[0].length >= capBytes) keptBytes -= kept.shift()?.length ?? 0;
  }

  function tellLines(text: string): void {
    const parts = (open + text).split("\n");
    open = (parts.pop() ?? "").slice(-MOST_LINE_CHARACTERS); // a line without end must not fill the memory
    for (const part of parts) tellLine(part);
  }

  function tellLine(part: string): void {
    const line = cleanLine(part.slice(0, MOST_LINE_CHARACTERS));
    if (line.trim() !== "") onLine(line);
  }

  return {
    take(chunk) {
      keep(chunk);
      tellLines(decoder.decode(chunk, { stream: true }));
    },
    end() {
      tellLines(decoder.decode());
      tellLine(open);
      open = "";
    },
    tail() {
      const bytes = Buffer.concat(kept);
      const cut = Math.max(0, allBytes - capBytes);
      const text = cleanText(
        new TextDecoder().decode(cut === 0 ? bytes : fromWholeCharacter(bytes, capBytes)),
      );
      return cut === 0 ? text : `… ${formatBytes(cut)} before this were cut …\n${text}`;
    },
    get cutBytes() {
      return Math.max(0, allBytes - capBytes);
    },
  };
}

/** The last bytes, without the rest of a character whose beginning was cut. */
function fromWholeCharacter(bytes: Buffer, capBytes: number): Buffer {
  const tail = bytes.subarray(bytes.length - capBytes);
  const start = tail.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return start > 0 && start < 4 ? tail.subarray(start) : tail;
}

/**
 * Text as it can be shown and stored: no escape sequences, no control characters but tab and line break (Postgres refuses
 * NUL), of a line that was written over only what stood there last.
 */
export const cleanText = (text: string): string => text.split("\n").map(cleanLine).join("\n").toWellFormed();

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const PIECE = 2_000;
const EVERY_CONTROL = new RegExp(CONTROL, "g");

function cleanLine(line: string): string {
  if (!CONTROL.test(line)) return line;
  const last = lastWritten(line);
  // In pieces: Node looks for the end of each sequence that has none through all that follows.
  const pieces = Array.from({ length: Math.ceil(last.length / PIECE) }, (_, i) =>
    stripVTControlCharacters(last.slice(i * PIECE, (i + 1) * PIECE)),
  );
  return pieces.join("").replace(EVERY_CONTROL, "");
}

/** Counted from the end by hand: an expression would begin anew at each of a million carriage returns. */
function lastWritten(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return line.slice(line.lastIndexOf("\r", end - 1) + 1, end);
}

/** The end of a text in at most so many characters, beginning with a whole line where it can; says how much was cut. */
export function lastPart(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  const room = mostCharacters - 60;
  const tail = text.slice(-room);
  const line = tail.indexOf("\n") + 1;
  const whole = line > 0 && line < room / 2 ? tail.slice(line) : tail;
  return `… ${text.length - whole.length} characters before this were cut …\n${whole}`.toWellFormed();
}

function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
