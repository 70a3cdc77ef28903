/** English, continued: what is said once there are two sides. Comes with that part of the widget, see `views/talk.ts`. */
export const enTalk = {
  openChatUnread: {
    one: 'Open chat, {count} unread message',
    other: 'Open chat, {count} unread messages',
  },
  dismiss: 'Dismiss',
  left: { one: '{count} character left', other: '{count} characters left' },
  tooLong: {
    one: 'Too long to send: take out {count} character.',
    other: 'Too long to send: take out {count} characters.',
  },
  today: 'Today',
  yesterday: 'Yesterday',
  newMark: 'New',
  toNewest: 'To the newest message',
  toNewestCount: { one: '{count} new message', other: '{count} new messages' },
  isTyping: '{name} is typing',
  retry: 'Retry',
  resolved: 'Marked as resolved. Write to reopen it.',
  reopened: 'Open again.',
  actions: 'Message actions',
  reply: 'Reply',
  edit: 'Edit',
  copy: 'Copy',
  copied: 'Copied.',
  delete: 'Delete',
  deleteSure: 'Press again to delete',
  edited: 'Edited',
  editedAt: 'Edited {time}',
  saving: 'Saving',
  inReplyTo: 'In reply to',
  earlier: 'An earlier message',
  replyingTo: 'Reply to {name}',
  editing: 'Edit your message',
  save: 'Save',
  cancel: 'Cancel',
  editRefused: 'Your change was not saved, the message reads as before. {reason}',
  deleteRefused: 'The message was not deleted. {reason}',
};

/** Every locale has these texts. */
export type TalkTexts = typeof enTalk;
