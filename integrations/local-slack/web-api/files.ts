import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SlackError } from "../failure.ts";
import { postMessage } from "../posting.ts";
import type { Slack } from "../slack.ts";
import type { SharedFile, Upload } from "../state/records.ts";
import { appDraft } from "./chat-post.ts";
import { readBlocks } from "./content.ts";
import { writableChannel } from "./find.ts";
import { type Method, method, whole } from "./method.ts";

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
export const filesGetUploadUrlExternal: Method = method({
  rate: 4,
  args: z.object({ filename: z.string().min(1).max(255), length: whole.min(1) }),
  scope: () => "files:write",
  run({ slack, args, origin }) {
    const id = `F${randomBytes(10).toString("hex").toUpperCase()}`;
    const { filename: name, length: size } = args;
    const url = `${slack.address()}/local/slack/files/${id}/${encodeURIComponent(name)}`;
    const file: SharedFile = { id, name, title: name, size, url_private: url };
    slack.state.keep(() => slack.state.uploads.put(id, { file, isUploaded: false }));
    return { file_id: id, upload_url: `${origin}/local/slack/upload/${id}` };
  },
});

const Complete = z.object({
  files: z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1),
  channel_id: z.string().optional(),
  channels: z.string().optional(),
  thread_ts: z.string().optional(),
  initial_comment: z.string().optional(),
  blocks: z.unknown().optional(),
});

/** https://docs.slack.dev/reference/methods/files.completeUploadExternal */
export const filesCompleteUploadExternal: Method = method({
  rate: 4,
  args: Complete,
  scope: () => "files:write",
  run({ slack, args }) {
    const files = args.files.map(({ id, title }) => complete(slack, id, title));
    const blocks = readBlocks(slack, args.blocks, "message");
    for (const id of (args.channel_id ?? args.channels ?? "").split(",").filter((part) => part !== "")) {
      const channel = writableChannel(slack, id);
      const shown = { text: args.initial_comment ?? "", blocks };
      postMessage(slack, channel, appDraft(shown, { files, thread_ts: args.thread_ts }));
    }
    return { files };
  },
});

/** Where the content of a file lies. */
export function contentPath(slack: Slack, id: string): string {
  return join(slack.dir, "files", id);
}

/** Takes the content of a file that was announced. False where none was, or where its size is another. */
export function takeContent(slack: Slack, id: string, content: Uint8Array): boolean {
  const upload = slack.state.uploads.get(id);
  if (upload === undefined || upload.file.size !== content.byteLength) return false;
  mkdirSync(join(slack.dir, "files"), { recursive: true, mode: 0o700 });
  writeFileSync(contentPath(slack, upload.file.id), content, { mode: 0o600 });
  slack.state.keep(() => slack.state.uploads.put(id, { ...upload, isUploaded: true }));
  return true;
}

function complete(slack: Slack, id: string, title: string | undefined): SharedFile {
  const upload = slack.state.uploads.get(id);
  if (upload === undefined || !upload.isUploaded) throw new SlackError("file_not_found");
  const done: Upload = { ...upload, file: { ...upload.file, title: title ?? upload.file.title } };
  slack.state.keep(() => slack.state.uploads.put(id, done));
  return done.file;
}
