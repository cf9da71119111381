import { expect, test } from "vitest";
import { describeInChromium } from "#test/support/chromium.ts";
import { useStage } from "#test/support/page-stage.ts";

const GENERAL = "C01GENERAL";

describeInChromium("the page in a browser", () => {
  const stage = useStage();

  test("a newcomer is Alice in #general, reads what this is, and hides it for good", async () => {
    await stage.open();
    await stage.page.getByText("A Slack of its own on this machine. You are Alice.").waitFor();
    await stage.page.getByRole("button", { name: "Hide this hint" }).click();
    await stage.page.locator(".hint").waitFor({ state: "detached" });
    await stage.page.reload();
    expect(await stage.page.locator(".hint").count()).toBe(0);
  });

  test("a message is posted with the keyboard alone, and mentions whom it names", async () => {
    await stage.open();
    await stage.page.keyboard.type("Hello @bob & <friends>");
    await stage.page.keyboard.press("Shift+Enter");
    await stage.page.keyboard.type("second line");
    await stage.page.keyboard.press("Enter");
    await stage.message("second line").waitFor();
    expect(await stage.message("second line").locator(".text").innerHTML()).toBe(
      '<span class="words">Hello <span class="mention">@Bob</span> &amp; &lt;friends&gt;<br>second line</span>',
    );
    expect(await stage.box().inputValue()).toBe("");
    expect(await stage.isSamePage()).toBe(true);
  });

  test("what others post appears by itself; focus and half-typed text stay", async () => {
    await stage.open();
    await stage.page.keyboard.type("half a thou");
    await stage.post({ text: "News for everybody" });
    await stage.message("News for everybody").waitFor();
    await stage.page.keyboard.type("ght");
    expect(await stage.box().inputValue()).toBe("half a thought");
    expect(await stage.isSamePage()).toBe(true);
  });

  test("a half-typed text waits for its author through a reload and through acting as somebody else", async () => {
    await stage.open();
    await stage.page.keyboard.type("mine");
    await stage.page.getByRole("link", { name: "Bob" }).click();
    await expect.poll(() => stage.box().inputValue()).toBe("");
    await stage.page.getByRole("link", { name: "Alice" }).click();
    await expect.poll(() => stage.box().inputValue()).toBe("mine");
    await stage.page.reload();
    await expect.poll(() => stage.box().inputValue()).toBe("mine");
  });

  test("a slash command is answered privately, and is refused in a thread as Slack does", async () => {
    const { ts } = await stage.post({});
    await stage.post({ thread_ts: ts, text: "In the thread" });
    await stage.open(`?in=${GENERAL}&thread=${ts}`);
    await stage.box().fill("/goal help");
    await stage.box().press("Enter");
    await stage.message("Try /goal run release").getByText("Only visible to you").waitFor();
    const reply = stage.page.getByRole("textbox", { name: "Reply…" });
    await reply.fill("/goal help");
    await reply.press("Enter");
    await stage.page.getByText("/goal is not supported in threads. Sorry!").waitFor();
    expect(stage.bot.heard).toEqual(["/goal help"]);
  });

  test("a thread opens beside its channel, takes a reply, and closes with Escape", async () => {
    const { ts } = await stage.post({ text: "The goal" });
    await stage.post({ thread_ts: ts, text: "First report" });
    await stage.open();
    await stage.page.getByRole("link", { name: /1 reply/ }).click();
    const thread = stage.page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("First report").waitFor();
    await stage.page.keyboard.type("Thanks");
    await stage.page.keyboard.press("Enter");
    await thread.locator("li.message", { hasText: "Thanks" }).waitFor();
    await stage.page.getByRole("link", { name: /2 replies/ }).waitFor();
    await stage.page.keyboard.press("Escape");
    await thread.waitFor({ state: "detached" });
    await stage.page.goBack();
    await thread.waitFor();
    expect(await stage.isSamePage()).toBe(true);
  });

  test("a button with a thread's permalink opens it in the page, and the app hears of the press", async () => {
    const { ts } = await stage.post({ text: "The goal" });
    await stage.post({ thread_ts: ts, text: "First report" });
    const { permalink: url } = await stage.bot
      .client()
      .chat.getPermalink({ channel: GENERAL, message_ts: ts });
    const text = { type: "plain_text" as const, text: "Open thread" };
    const button = {
      type: "button" as const,
      action_id: "open",
      text,
      ...(url === undefined ? {} : { url }),
    };
    await stage.post({ text: "A card", blocks: [{ type: "actions", elements: [button] }] });
    await stage.open();
    await stage.page.getByRole("link", { name: "Open thread" }).click();
    await stage.page.getByRole("complementary", { name: "Thread" }).getByText("First report").waitFor();
    expect(await stage.isSamePage()).toBe(true);
    expect(stage.page.context().pages()).toHaveLength(1);
    await expect.poll(() => stage.bot.heard).toEqual(["click open"]);
  });

  test("a mention raises a badge for whom it means, until they look", async () => {
    await stage.open();
    await stage.post({ channel: "C02DEPLOYS", text: "<@U01ALICE> and <@U02BOB>, look" });
    const deploys = stage.page.getByRole("link", { name: /deploys/ });
    await deploys.getByLabel("1 unread for you").waitFor();
    await stage.page.getByRole("link", { name: "Bob" }).getByLabel("1 unread for you").waitFor();
    await deploys.click();
    await deploys.locator(".mentions").waitFor({ state: "detached" });
    await stage.page.getByRole("link", { name: "Bob" }).getByLabel("1 unread for you").waitFor();
  });
});
