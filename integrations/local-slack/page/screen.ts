import type { AnyBlock, HomeView, ModalView } from "@slack/types";
import type { Reader } from "./text/reader.ts";

/** A message as the screen needs it: Slack's own words in our spelling. Times are Slack's `ts`. */
export type ShownMessage = {
  readonly ts: string;
  readonly author: { readonly id: string; readonly name: string; readonly isApp: boolean };
  readonly text: string;
  readonly blocks: readonly AnyBlock[];
  readonly isEdited: boolean;
  /** Only the reader sees it (an ephemeral message). */
  readonly isPrivate: boolean;
  /** `mentions`: unread replies that want the reader. */
  readonly replies:
    | { readonly count: number; readonly latestTs: string; readonly mentions: number }
    | undefined;
  readonly files: readonly string[];
};

/** Who one can act as, and how much waits there for them. */
type ShownPerson = { readonly id: string; readonly name: string; readonly mentions: number };

/** A line in the left column. `mentions` is how many unread messages want this reader. */
export type ShownPlace = {
  readonly id: string;
  readonly name: string;
  readonly isUnread: boolean;
  readonly mentions: number;
};

/** A conversation that is open, oldest message first. `hidden` counts older messages that are not drawn. */
export type ShownConversation = {
  readonly id: string;
  readonly title: string;
  readonly isDirect: boolean;
  readonly members: number;
  readonly messages: readonly ShownMessage[];
  readonly hidden: number;
};

/** A thread that is open beside its channel. */
export type ShownThread = {
  readonly ts: string;
  readonly parent: ShownMessage | undefined;
  readonly replies: readonly ShownMessage[];
};

/** A modal that the reader has open. */
export type ShownModal = { readonly id: string; readonly view: ModalView };

/** The app's Home tab: its view, or undefined before the app published one. */
export type ShownHome = { readonly id: string; readonly view: HomeView } | undefined;

/** Everything one person sees at one moment. */
export type Screen = {
  readonly workspace: string;
  readonly appName: string;
  readonly reader: Reader;
  readonly actAs: readonly ShownPerson[];
  readonly channels: readonly ShownPlace[];
  readonly directs: readonly ShownPlace[];
  readonly open:
    | { readonly kind: "home"; readonly home: ShownHome }
    | { readonly kind: "conversation"; readonly conversation: ShownConversation };
  readonly thread: ShownThread | undefined;
  readonly modal: ShownModal | undefined;
  /** Which column a narrow screen shows. */
  readonly column: "list" | "main" | "thread";
  readonly showsHint: boolean;
};
