import type { KnownBlock } from "@slack/types";
import { expect, test } from "vitest";
import { describeInChromium } from "#test/support/chromium.ts";
import { useStage } from "#test/support/page-stage.ts";
import { marks, words } from "#test/support/sample-card.ts";
import { SAMPLE_CARDS } from "#test/support/sample-cards.ts";

const askBob: KnownBlock[] = [
  { type: "section", text: marks("✋ <@U02BOB>, tag billing v0.2.0?") },
  {
    type: "actions",
    block_id: "answer",
    elements: [
      {
        type: "button",
        action_id: "approve",
        style: "primary",
        text: words("Approve"),
        value: "c1",
        confirm: {
          title: words("Tag it?"),
          text: words("v0.2.0"),
          confirm: words("Yes, tag"),
          deny: words("Not yet"),
        },
      },
      { type: "button", action_id: "slow", text: words("Slow") },
    ],
  },
];

describeInChromium("cards and forms in a browser", () => {
  const stage = useStage();

  test("a card that waits for Bob offers to act as Bob, asks before it sends, and is settled for all", async () => {
    await stage.post({ text: "Tag it?", blocks: askBob });
    await stage.open();
    await stage.page.getByText("This waits for Bob.").waitFor();
    await stage.page.getByRole("link", { name: "Act as Bob" }).click();
    await stage.page.getByText("This waits for Bob.").waitFor({ state: "detached" });
    await stage.page.getByRole("button", { name: "Approve" }).click();
    await stage.page.getByRole("button", { name: "Not yet" }).click();
    await stage.page.getByRole("button", { name: "Approve" }).press("Enter");
    await stage.page.getByRole("button", { name: "Yes, tag" }).press("Enter");
    await stage.message("✓ Approved by @Bob").waitFor();
    expect(stage.bot.heard).toEqual(["click approve c1"]);
    expect(await stage.page.getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  test("a click that the app does not answer is busy, then says so on the spot in Slack's words", async () => {
    await stage.post({ text: "Tag it?", blocks: askBob });
    await stage.open();
    const button = stage.page.getByRole("button", { name: "Slow" });
    await button.click();
    await stage.page.locator('button[aria-busy="true"]').waitFor();
    await stage.message("tag billing").getByRole("alert").getByText("operation_timeout").waitFor();
    expect(await button.getAttribute("aria-busy")).toBe(null);
  });

  test("a form shows the app's fault at its field, keeps what was typed, and closes when it is right", async () => {
    await stage.open();
    await stage.box().fill("/goal");
    await stage.box().press("Enter");
    const dialog = stage.page.getByRole("dialog", { name: "A new goal" });
    await dialog.waitFor();
    await stage.page.keyboard.type("Go");
    await stage.page.keyboard.press("Enter");
    await dialog.getByText("Too short to be a goal.").waitFor();
    await stage.post({ text: "Something else meanwhile" });
    await stage.message("Something else meanwhile").waitFor();
    expect(await dialog.getByText("Too short to be a goal.").isVisible()).toBe(true);
    expect(await dialog.getByRole("textbox", { name: "Goal" }).inputValue()).toBe("Go");
    const start = dialog.getByRole("button", { name: "Start" });
    const before = await start.boundingBox();
    await stage.page.keyboard.press("End");
    await stage.page.keyboard.type(" to Mars");
    await stage.page.keyboard.press("Tab");
    await dialog.getByText("Too short to be a goal.").waitFor({ state: "hidden" });
    expect(await start.boundingBox()).toEqual(before);
    await dialog.getByRole("button", { name: "Start" }).click();
    await dialog.waitFor({ state: "detached" });
    await stage.message("Goal: Go to Mars").waitFor();
    expect(await stage.box().and(stage.page.locator(":focus")).count()).toBe(1);
  });

  test("a form that lacks what it needs says so, and Escape leaves it", async () => {
    await stage.open();
    await stage.box().fill("/goal");
    await stage.box().press("Enter");
    const dialog = stage.page.getByRole("dialog", { name: "A new goal" });
    await dialog.getByRole("button", { name: "Start" }).click();
    await expect.poll(() => dialog.locator('[data-fault="goal"]').textContent()).not.toBe("");
    await stage.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(stage.bot.heard.filter((line) => line.startsWith("submit"))).toEqual([]);
  });

  test("at 400 pixels each column has the screen for itself, and nothing scrolls sideways", async () => {
    await stage.page.setViewportSize({ width: 400, height: 800 });
    const { ts } = await stage.post({ text: "The goal" });
    for (const { text, blocks } of SAMPLE_CARDS) stage.put({ text, blocks, thread_ts: ts });
    for (const { text, blocks } of SAMPLE_CARDS) stage.put({ text, blocks });
    await stage.open();
    await stage.message("What was done").or(stage.message("Done for")).first().waitFor();
    expect(await stage.overflow()).toBe(0);
    await stage.page.getByRole("link", { name: /10 replies/ }).click();
    const thread = stage.page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("Done for").waitFor();
    expect(await stage.box().isVisible()).toBe(false);
    expect(await stage.overflow()).toBe(0);
    const sideways = await stage.page.evaluate(
      `[...document.querySelectorAll("li.message .block")].filter((block) => block.getBoundingClientRect().right > innerWidth + 1).length`,
    );
    expect(sideways).toBe(0);
    await thread.getByRole("link", { name: "Back to the channel" }).click();
    await stage.page.getByRole("link", { name: "All channels" }).click();
    await stage.page.getByRole("navigation", { name: "Workspace" }).waitFor();
    expect(await stage.box().isVisible()).toBe(false);
    await stage.page.getByRole("link", { name: /deploys/ }).click();
    await stage.page.getByRole("heading", { name: "#deploys" }).waitFor();
  });

  test("every thing to press has a name and can be reached with Tab", async () => {
    for (const { text, blocks } of SAMPLE_CARDS) stage.put({ text, blocks });
    await stage.open();
    await stage.message("Done for").waitFor();
    const nameless = await stage.page.evaluate(`
      [...document.querySelectorAll("button, a[href], summary, select, input, textarea")]
        .filter((element) => element.checkVisibility())
        .filter((element) => element.tabIndex < 0 || !(element.ariaLabel || element.textContent.trim() || element.closest("label")))
        .map((element) => element.outerHTML)`);
    expect(nameless).toEqual([]);
    await stage.box().focus();
    await stage.page.keyboard.press("Shift+Tab");
    const focused = await stage.page.evaluate("document.activeElement.outerHTML");
    expect(focused).toContain("https://example.com/42");
  });
});
