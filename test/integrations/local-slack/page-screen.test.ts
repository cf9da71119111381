import { describe, expect, test } from "vitest";
import { showDocument } from "#integrations/local-slack/page/document.ts";
import type { Screen, ShownMessage } from "#integrations/local-slack/page/screen.ts";
import { waitsFor } from "#integrations/local-slack/page/waiting.ts";
import { READER } from "#test/support/page-reader.ts";
import { message, screen } from "#test/support/page-screen.ts";
import { marks, words } from "#test/support/sample-card.ts";

const shown = async (messages: readonly ShownMessage[], more: Partial<Screen> = {}) =>
  String(await showDocument(screen(messages, more)));
const app = { id: "UCSIGN01", name: "Countersign", isApp: true };

describe("the page", () => {
  test("hostile names and texts stay text everywhere", async () => {
    const evil = '"><script>alert(1)</script>';
    const markup = await shown(
      [message({ text: evil, author: { id: evil, name: evil, isApp: false }, files: [evil] })],
      {
        workspace: evil,
        appName: evil,
        reader: { ...READER, people: [{ id: "U01ALICE", name: evil }] },
        actAs: [{ id: evil, name: evil, mentions: 1 }],
        channels: [{ id: evil, name: evil, isUnread: true, mentions: 1 }],
        showsHint: true,
      },
    );
    expect(markup).not.toContain("<script>alert");
    expect(markup.match(/<script/g)).toHaveLength(1);
  });

  test("an app has its badge, a person has none", async () => {
    expect(await shown([message({ author: app })])).toContain('<span class="badge">APP</span>');
    expect(await shown([message({})])).not.toContain('class="badge"');
  });

  test("blocks are shown instead of the text that stands for them", async () => {
    const markup = await shown([
      message({
        author: app,
        text: "lock screen",
        blocks: [{ type: "section", text: marks("*card*") } as never],
      }),
    ]);
    expect(markup).toContain("<b>card</b>");
    expect(markup).not.toContain("lock screen");
  });

  test("a second message of the same person within five minutes follows without picture and name", async () => {
    const markup = await shown([
      message({}),
      message({ ts: "1763708460.000100" }),
      message({ ts: "1763709460.000100" }),
    ]);
    expect(markup.match(/class="message follows"/g)).toHaveLength(1);
    expect(markup.match(/<span class="avatar [^"]*" aria-hidden="true">B<\/span><\/div>/g)).toHaveLength(2);
  });

  test("a new day has its line", async () => {
    const markup = await shown([message({ ts: "1763622000.000100" }), message({})]);
    expect(markup).toMatch(/<span>Yesterday<\/span>.*<span>Today<\/span>/s);
  });

  test("replies are counted and lead to the thread", async () => {
    const replies = { count: 3, latestTs: "1763711400.000100", mentions: 2 };
    const markup = await shown([message({ replies })]);
    expect(markup).toContain('href="?as=U01ALICE&amp;in=C01GENERAL&amp;thread=1763708400.000100"');
    expect(markup).toMatch(/<b>3 replies<\/b><span class="quiet">last reply 10 minutes ago<\/span>/);
    expect(markup).toContain('aria-label="2 unread for you"');
    expect(await shown([message({ replies: { ...replies, count: 1 } })])).toContain("<b>1 reply</b>");
  });

  test("what only one person sees says so", async () => {
    expect(await shown([message({ isPrivate: true })])).toContain("Only visible to you");
  });

  test("unread places and badges are said in words too", async () => {
    const markup = await shown([], { channels: [{ id: "C1", name: "ops", isUnread: true, mentions: 120 }] });
    expect(markup).toMatch(
      /class="place unread".*<span class="unseen">unread<\/span>.*aria-label="120 unread for you">99\+</s,
    );
    expect(markup).toContain("<title>(120) #general");
  });

  test("the hint says who one is, and goes when it is hidden", async () => {
    expect(await shown([], { showsHint: true })).toContain(
      "A Slack of its own on this machine. You are Alice.",
    );
    expect(await shown([])).not.toContain('class="hint"');
  });

  test("a thread stands beside its channel, with its own box to write in", async () => {
    const thread = {
      ts: "1763708400.000100",
      parent: message({}),
      replies: [message({ ts: "1763708500.000100" })],
    };
    const markup = await shown([message({})], { thread, column: "thread" });
    expect(markup).toContain('class="app with-thread" data-column="thread"');
    expect(markup).toMatch(
      /id="write-U01ALICE-C01GENERAL-1763708400.000100"[^>]*data-thread="1763708400.000100"/,
    );
    expect(markup).toContain("1 reply");
  });

  test("a modal is a dialog with its fields, its buttons and a way out", async () => {
    const view = {
      type: "modal" as const,
      title: words("A <note>"),
      blocks: [
        {
          type: "input",
          block_id: "n",
          label: words("Note"),
          element: { type: "plain_text_input", action_id: "v" },
        },
      ],
    };
    const markup = await shown([], { modal: { id: "V1", view } });
    expect(markup).toMatch(/<dialog class="modal" id="modal-V1" data-surface data-view="V1"/);
    expect(markup).toContain("A &lt;note&gt;");
    expect(markup).toMatch(/data-submit>Submit</);
    expect(markup).toMatch(/data-close>Close</);
  });

  test("an empty Home says that it is empty", async () => {
    expect(await shown([], { open: { kind: "home", home: undefined } })).toContain("has not filled its Home");
  });
});

describe("who a card waits for", () => {
  const button = { type: "actions", elements: [{ type: "button", action_id: "a", text: words("Approve") }] };
  const names = (...blocks: object[]) => waitsFor(blocks as never, READER).map((person) => person.name);
  const says = (text: string) => ({ type: "section", text: marks(text) });

  test("whoever it speaks to, not who asked for it", () => {
    expect(names(says("<@U02BOB>, add a column?"), says("that <@U01ALICE> asked for"), button)).toEqual([
      "Bob",
    ]);
    expect(names(says("Tag it? Asked by <@U03CAROL>"), button)).toEqual([]);
    expect(names(says("Done · for <@U03CAROL>"), button)).toEqual([]);
    expect(names(says("Waiting for <@U03CAROL>"), button)).toEqual(["Carol"]);
  });

  test("a sentence that says who can answer decides", () => {
    const context = { type: "context", elements: [marks("<@U03CAROL> or <@U04DAVE> can answer")] };
    expect(names(says("<@U02BOB> wrote this"), context, button)).toEqual(["Carol", "Dave"]);
  });

  test("people can be named without being mentioned, as cards do that notify nobody", () => {
    const foot = (text: string) => ({
      type: "context",
      elements: [marks(text), marks("asked by <@U01ALICE>")],
    });
    expect(names(says("*Tag it?*"), foot("Bob or Carol can answer"), button)).toEqual(["Bob", "Carol"]);
    expect(names(says("*Tag it?*"), foot("Anybody in <#C01GENERAL> but Alice can answer"), button)).toEqual([
      "Bob",
      "Carol",
      "Dave",
    ]);
    expect(names(says("*Start it?*"), foot("Only Dave can start it"), button)).toEqual(["Dave"]);
    expect(names(says("*Tag it?*"), foot("Anybody in <#C01GENERAL> can answer"), button)).toEqual([]);
    expect(names(says("*Tag it?*"), foot("Anybody in <#C01GENERAL> but Bob can answer"), button)).toEqual([]);
  });

  test("a group means its members", () => {
    expect(names(says("<!subteam^S01LEADS> can answer"), button)).toEqual(["Carol", "Dave"]);
  });

  test("nobody, where the reader is wanted, where nothing can be pressed, or where a button only opens a page", () => {
    expect(names(says("<@U01ALICE> or <@U02BOB> can answer"), button)).toEqual([]);
    expect(names(says("<@U02BOB>, look"))).toEqual([]);
    const link = { type: "button", action_id: "a", text: words("Open"), url: "https://example.com" };
    expect(names(says("<@U02BOB>, look"), { type: "actions", elements: [link] })).toEqual([]);
  });

  test("the page offers to act as each of them, in the same place", async () => {
    const blocks = [says("<@U02BOB> or <@U03CAROL> can answer"), button] as never;
    const markup = await shown([message({ author: app, blocks })]);
    expect(markup).toContain("This waits for Bob or Carol.");
    expect(markup).toContain('href="?as=U02BOB&amp;in=C01GENERAL">Act as Bob</a>');
    expect(markup).toContain('href="?as=U03CAROL&amp;in=C01GENERAL">Act as Carol</a>');
  });
});
