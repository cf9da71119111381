import type {
  ActionsBlockElement,
  ContextActionsBlockElement,
  ImageElement,
  InputBlockElement,
  SectionBlockAccessory,
} from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { showButton, showFeedback, showIconButton, showOverflow, showWorkflowButton } from "./buttons.ts";
import { showDateField, showRichTextField, showTextField, showTypedField } from "./fields.ts";
import { showCheckboxes, showMultiSelect, showRadios, showSelect } from "./pickers.ts";
import { showPicture } from "./pictures.ts";
import type { Place } from "./surface.ts";

/** Everything that can stand in actions, beside a section, or in an input. */
export type BlockElement =
  | ActionsBlockElement
  | ContextActionsBlockElement
  | ImageElement
  | InputBlockElement
  | SectionBlockAccessory;

/** One element of a block as something to use. `label` names it for who cannot see it. An unknown one says so. */
export function showElement(element: BlockElement, place: Place, label: string): Html {
  switch (element.type) {
    case "button":
      return showButton(element, place);
    case "workflow_button":
      return showWorkflowButton(element);
    case "overflow":
      return showOverflow(element, place);
    case "icon_button":
      return showIconButton(element, place);
    case "feedback_buttons":
      return showFeedback(element, place);
    case "image":
      return showPicture(element, "accessory");
    case "radio_buttons":
      return showRadios(element, place, label);
    case "checkboxes":
      return showCheckboxes(element, place, label);
    case "static_select":
    case "users_select":
    case "channels_select":
    case "conversations_select":
    case "external_select":
      return showSelect(element, place, label);
    case "multi_static_select":
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
    case "multi_external_select":
      return showMultiSelect(element, place, label);
    case "plain_text_input":
      return showTextField(element, place, label);
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return showTypedField(element, place, label);
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return showDateField(element, place, label);
    case "rich_text_input":
      return showRichTextField(element, place, label);
    case "file_input":
      return unsupported(element);
  }
  // Types end here, but what Slack invents next year arrives all the same: it must not vanish silently.
  return unsupported(element);
}

function unsupported(element: { readonly type: string }): Html {
  return html`<p class="unsupported">Unsupported element: ${element.type}</p>`;
}
