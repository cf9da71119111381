import type { KnownBlock } from "@slack/types";
import { expect, test } from "vitest";
import { describeInChromium } from "#test/support/chromium.ts";
import { useStage } from "#test/support/page-stage.ts";
import { marks, words } from "#test/support/sample-card.ts";

const option = (value: string) => ({ text: words(`the ${value}`), value });

const controls: KnownBlock[] = [
  {
    type: "section",
    block_id: "reviewers",
    text: words("Reviewers"),
    accessory: { type: "multi_users_select", action_id: "reviewers", max_selected_items: 2 },
  },
  {
    type: "actions",
    block_id: "row",
    elements: [
      { type: "static_select", action_id: "project", options: [option("billing"), option("web")] },
      {
        type: "static_select",
        action_id: "risky",
        options: [option("low"), option("high")],
        confirm: {
          title: words("Sure?"),
          text: words("Really"),
          confirm: words("Do it"),
          deny: words("Leave it"),
        },
      },
      { type: "overflow", action_id: "more", options: [option("note"), option("hand")] },
      { type: "button", action_id: "go", text: words("Go") },
    ],
  },
  {
    type: "input",
    block_id: "note",
    label: words("Note"),
    element: { type: "plain_text_input", action_id: "v" },
  },
];

const fold = (details: string): KnownBlock[] => [
  {
    type: "container",
    block_id: "fold",
    title: words("Diff"),
    is_collapsible: true,
    default_collapsed: true,
    child_blocks: [{ type: "section", text: marks(details) }],
  },
];

describeInChromium("controls in a browser", () => {
  const stage = useStage();

  test("Home tells the app that it was opened, and shows what it publishes, for each person", async () => {
    await stage.open();
    await stage.page.getByRole("link", { name: "Countersign Home" }).click();
    await stage.page.getByText("Waiting for you, U01ALICE").waitFor();
    await stage.page.getByRole("link", { name: "Bob" }).click();
    await stage.page.getByText("Waiting for you, U02BOB").waitFor();
    expect(stage.bot.heard).toEqual(["home U01ALICE", "home U02BOB"]);
  });

  test("a choice goes out at once, one that must be confirmed only after that", async () => {
    await stage.post({ blocks: controls });
    await stage.open();
    const [project, risky] = [stage.page.locator("select").nth(0), stage.page.locator("select").nth(1)];
    await project.selectOption("web");
    await expect.poll(() => stage.bot.heard).toEqual(["click project web"]);
    await risky.focus();
    await risky.selectOption("high");
    await stage.page.getByRole("button", { name: "Leave it" }).click();
    await expect.poll(() => risky.inputValue()).toBe("");
    await risky.selectOption("high");
    await stage.page.getByRole("button", { name: "Do it" }).click();
    await expect.poll(() => stage.bot.heard).toEqual(["click project web", "click risky high"]);
    expect(await project.inputValue()).toBe("web");
  });

  test("a list of people goes out when it closes, and takes no more than allowed", async () => {
    await stage.post({ blocks: controls });
    await stage.open();
    const list = stage.page.locator("details.many");
    await list.locator("summary").click();
    await list.getByLabel("Bob").check();
    await list.getByLabel("Carol").check();
    expect(await list.getByLabel("Dave").isDisabled()).toBe(true);
    expect(stage.bot.heard).toEqual([]);
    await stage.page.keyboard.press("Escape");
    await expect.poll(() => stage.bot.heard).toEqual(["click reviewers U02BOB+U03CAROL"]);
    expect(await list.locator("[data-chosen]").textContent()).toBe("Bob, Carol");
  });

  test("the menu with the dots works with the keyboard", async () => {
    await stage.post({ blocks: controls });
    await stage.open();
    await stage.page.locator("summary[aria-label='More actions']").focus();
    await stage.page.keyboard.press("Enter");
    await stage.page.keyboard.press("Tab");
    await stage.page.keyboard.press("Tab");
    await stage.page.keyboard.press("Enter");
    await expect.poll(() => stage.bot.heard).toEqual(["click more hand"]);
    expect(await stage.page.getByRole("button", { name: "the hand" }).isVisible()).toBe(false);
  });

  test("the menu with the dots opens to where there is room for it", async () => {
    await stage.page.setViewportSize({ width: 400, height: 800 });
    for (let count = 1; count <= 40; count += 1) stage.put({ text: `Line ${count}`, blocks: [] });
    const more = { type: "overflow" as const, action_id: "more", options: [option("note"), option("hand")] };
    await stage.post({ blocks: [{ type: "actions", elements: [more] }] });
    await stage.open();
    const dots = stage.page.locator("summary[aria-label='More actions']");
    await dots.click();
    const [list, place, column] = await Promise.all([
      stage.page.locator(".menu-list").boundingBox(),
      dots.boundingBox(),
      stage.page.locator(".main .scroll").boundingBox(),
    ]);
    expect(list?.x).toBe(place?.x);
    expect((list?.y ?? 0) + (list?.height ?? 0)).toBeLessThan(place?.y ?? 0);
    expect(list?.y).toBeGreaterThan(column?.y ?? 0);
  });

  test("what stands in a field of the message goes along with a click", async () => {
    await stage.post({ blocks: controls });
    await stage.open();
    await stage.page.getByRole("textbox", { name: "Note" }).fill("carefully");
    await stage.page.getByRole("button", { name: "Go" }).click();
    await expect.poll(() => stage.bot.heard).toEqual(["click go carefully"]);
  });

  test("who has scrolled up stays there; who is at the end follows", async () => {
    for (let count = 1; count <= 60; count += 1) stage.put({ text: `Line ${count}`, blocks: [] });
    await stage.open();
    const top = () => stage.page.evaluate("document.querySelector('.main .scroll').scrollTop");
    const toEnd = () =>
      stage.page.evaluate(
        "(({ scrollHeight, scrollTop, clientHeight }) => Math.round(scrollHeight - scrollTop - clientHeight))(document.querySelector('.main .scroll'))",
      );
    expect(await toEnd()).toBe(0);
    await stage.post({ text: "The newest" });
    await stage.message("The newest").waitFor();
    expect(await toEnd()).toBe(0);
    await stage.page.evaluate("document.querySelector('.main .scroll').scrollTop = 200");
    await stage.post({ text: "Even newer" });
    await stage.message("Even newer").waitFor();
    expect(await top()).toBe(200);
  });

  test("a fold that was opened stays open while its card changes", async () => {
    const { ts } = await stage.post({ blocks: fold("before") });
    await stage.open();
    await stage.page.getByText("Diff").click();
    await stage.page.getByText("before").waitFor();
    const blocks = fold("after");
    await stage.bot.client().chat.update({ channel: "C01GENERAL", ts, text: "Goal", blocks });
    await stage.page.getByText("after").waitFor();
    expect(await stage.page.getByText("after").isVisible()).toBe(true);
  });
});
