/** One event of a stream (text/event-stream). */
export type SseEvent = { readonly id: string | null; readonly event: string; readonly data: string };

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The events of a stream as they come; comments (beats) come as null. What is cut off in the middle of an event is dropped,
 * as the standard says: whoever reads on has it again by its id.
 */
export async function* readSse(chunks: Chunks): AsyncGenerator<SseEvent | null> {
  let fields: Fields = {};
  for await (const line of linesOf(chunks)) {
    if (line.startsWith(":")) yield null;
    else if (line !== "") fields = addLine(fields, line);
    else {
      if (fields.data !== undefined) yield toEvent(fields);
      fields = {};
    }
  }
}

async function* linesOf(chunks: Chunks): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    // A lone \r at the end may be half of a \r\n.
    const cut = text.endsWith("\r") ? text.length - 1 : text.length;
    const lines = text.slice(0, cut).split(/\r\n|\n|\r/);
    rest = `${lines.pop() ?? ""}${text.slice(cut)}`;
    yield* lines;
  }
}

type Fields = { readonly id?: string; readonly event?: string; readonly data?: string };

const toEvent = ({ id, event, data = "" }: Fields): SseEvent => ({
  ...{ id: id ?? null, event: event || "message", data },
});

function addLine(fields: Fields, line: string): Fields {
  const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  if (name === "data")
    return { ...fields, data: fields.data === undefined ? value : `${fields.data}\n${value}` };
  if (name === "id" && !value.includes("\0")) return { ...fields, id: value };
  if (name === "event") return { ...fields, event: value };
  return fields;
}
