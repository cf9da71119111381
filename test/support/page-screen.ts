import type { Screen, ShownMessage } from "#integrations/local-slack/page/screen.ts";
import { READER } from "./page-reader.ts";

/** A message of Bob's with nothing special, except what is given. */
export function message(more: Partial<ShownMessage>): ShownMessage {
  return {
    ts: "1763708400.000100",
    author: { id: "U02BOB", name: "Bob", isApp: false },
    text: "Hello",
    blocks: [],
    isEdited: false,
    isPrivate: false,
    replies: undefined,
    files: [],
    ...more,
  };
}

/** What Alice sees in #general with these messages, except what is given. */
export function screen(messages: readonly ShownMessage[], more: Partial<Screen> = {}): Screen {
  return {
    workspace: "Local",
    appName: "Countersign",
    reader: READER,
    actAs: READER.people.map((person) => ({ ...person, mentions: 0 })),
    channels: [{ id: "C01GENERAL", name: "general", isUnread: false, mentions: 0 }],
    directs: [{ id: "D01ALICE", name: "Countersign", isUnread: false, mentions: 0 }],
    open: {
      kind: "conversation",
      conversation: { id: "C01GENERAL", title: "#general", isDirect: false, members: 5, messages, hidden: 0 },
    },
    thread: undefined,
    modal: undefined,
    column: "main",
    showsHint: false,
    ...more,
  };
}
