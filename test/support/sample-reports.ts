import { marks, type SampleCard, words } from "./sample-card.ts";

/** An agent's words in standard Markdown: heading, list, quote, table, code. */
export const report: SampleCard = {
  name: "report in markdown",
  text: "Report of the reviewer",
  blocks: [
    {
      type: "markdown",
      text: "## Review of `health.ts`\n\nTwo things to *mend*, **one** to know:\n\n- the time limit is missing\n- [x] the test is there\n\n> Nobody answers after 30 s.\n\n| file | lines |\n|---|---|\n| health.ts | 58 |\n\n```ts\nawait ping({ timeoutMs: 2000 });\n```\n",
    },
  ],
};

/** Fields beside each other, and one of each thing to choose with. */
export const fields: SampleCard = {
  name: "fields and a choice",
  text: "Which project is it for?",
  blocks: [
    { type: "section", text: marks("*Which project is it for?* :mag:") },
    { type: "section", fields: [marks("*Risk*\nlow"), marks("*Cost*\n$0.42"), marks("*Tests*\n214 pass")] },
    { type: "divider" },
    {
      type: "actions",
      block_id: "choice",
      elements: [
        {
          type: "static_select",
          action_id: "project",
          placeholder: words("Choose a project"),
          options: [
            { text: words("billing"), value: "billing" },
            { text: words("web"), value: "web" },
          ],
        },
        { type: "users_select", action_id: "reviewer", placeholder: words("Choose a reviewer") },
        { type: "datepicker", action_id: "until", initial_date: "2026-11-24" },
        {
          type: "radio_buttons",
          action_id: "speed",
          options: [
            { text: words("Careful"), value: "careful" },
            { text: words("Quick"), value: "quick" },
          ],
        },
      ],
    },
  ],
};

/** A table with a caption and numbers. */
export const tables: SampleCard = {
  name: "table of numbers",
  text: "Bench of the week",
  blocks: [
    {
      type: "data_table",
      caption: "Bench of the week",
      rows: [
        [
          { type: "raw_text", text: "Scenario" },
          { type: "raw_text", text: "Steps/s" },
        ],
        [
          { type: "raw_text", text: "steps" },
          { type: "raw_number", text: "5 012", value: 5012 },
        ],
        [
          { type: "raw_text", text: "fan-out, two hundred siblings of one run" },
          { type: "raw_number", text: "1 944", value: 1944 },
        ],
      ],
    },
  ],
};

/** Cards side by side. */
export const carousel: SampleCard = {
  name: "cards side by side",
  text: "Where to begin",
  blocks: [
    {
      type: "carousel",
      elements: ["Run the real demo", "Connect a model", "Add a project"].map((title, index) => ({
        type: "card" as const,
        block_id: `card-${index}`,
        title: marks(`*${title}*`),
        subtitle: marks("takes a minute"),
        body: marks("No tokens, no keys: everything stays on this machine."),
        actions: [
          { type: "button" as const, action_id: `begin-${index}`, text: words("Begin"), value: title },
        ],
      })),
    },
  ],
};

/** Rich text: mention, code, numbered list, quote. */
export const lists: SampleCard = {
  name: "rich text and a list",
  text: "What was done",
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "Done for " },
            { type: "user", user_id: "U01ALICE" },
            { type: "text", text: ", checked by " },
            { type: "text", text: "npm test", style: { code: true } },
          ],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          elements: ["214 tests passed", "+120 −14 in 6 files"].map((text) => ({
            type: "rich_text_section" as const,
            elements: [{ type: "text" as const, text }],
          })),
        },
        { type: "rich_text_quote", elements: [{ type: "text", text: "Small, but it holds." }] },
      ],
    },
    {
      type: "context",
      elements: [marks("✓ Done in 18 min · pull request <https://example.com/42|#42> · approved by Bob")],
    },
  ],
};
