import { chatDelete, chatUpdate } from "./chat-change.ts";
import { chatGetPermalink, chatPostEphemeral, chatPostMessage } from "./chat-post.ts";
import {
  conversationsInfo,
  conversationsJoin,
  conversationsList,
  conversationsMembers,
  conversationsOpen,
  usersConversations,
} from "./conversations.ts";
import { filesCompleteUploadExternal, filesGetUploadUrlExternal } from "./files.ts";
import { conversationsHistory, conversationsReplies } from "./history.ts";
import type { Method } from "./method.ts";
import { usergroupsList, usergroupsUsersList, usersInfo, usersList, usersLookupByEmail } from "./users.ts";
import { viewsOpen, viewsPublish, viewsPush, viewsUpdate } from "./views.ts";
import { appsConnectionsOpen, authTest, botsInfo, reactionsAdd, teamInfo } from "./workspace.ts";

/** Every method that this Slack plays, besides `api.test`, which needs no token. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ["apps.connections.open", appsConnectionsOpen],
  ["auth.test", authTest],
  ["bots.info", botsInfo],
  ["chat.delete", chatDelete],
  ["chat.getPermalink", chatGetPermalink],
  ["chat.postEphemeral", chatPostEphemeral],
  ["chat.postMessage", chatPostMessage],
  ["chat.update", chatUpdate],
  ["conversations.history", conversationsHistory],
  ["conversations.info", conversationsInfo],
  ["conversations.join", conversationsJoin],
  ["conversations.list", conversationsList],
  ["conversations.members", conversationsMembers],
  ["conversations.open", conversationsOpen],
  ["conversations.replies", conversationsReplies],
  ["files.completeUploadExternal", filesCompleteUploadExternal],
  ["files.getUploadURLExternal", filesGetUploadUrlExternal],
  ["reactions.add", reactionsAdd],
  ["team.info", teamInfo],
  ["usergroups.list", usergroupsList],
  ["usergroups.users.list", usergroupsUsersList],
  ["users.conversations", usersConversations],
  ["users.info", usersInfo],
  ["users.list", usersList],
  ["users.lookupByEmail", usersLookupByEmail],
  ["views.open", viewsOpen],
  ["views.publish", viewsPublish],
  ["views.push", viewsPush],
  ["views.update", viewsUpdate],
]);
