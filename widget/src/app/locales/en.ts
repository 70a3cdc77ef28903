/** English. A text with a number is a table by plural category, see `Intl.PluralRules`. */
export const en = {
  language: 'en',
  openChat: 'Open chat',
  closeChat: 'Close chat',
  mute: 'Mute sound',
  greeting: 'Hello. How can we help?',
  firstStep: 'Write to us, the answer comes here.',
  teamOnline: 'We are here',
  teamAway: 'Nobody is here just now. Write anyway.',
  messages: 'Messages',
  composer: 'Write a message',
  send: 'Send',
  you: 'You',
  says: '{name}: {text}',
  team: 'Team',
  waiting: 'Waiting for connection',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read {time}',
  offline: 'You are offline. What you write is kept here and sent when you are back.',
  unreachable: 'We cannot be reached just now. Write anyway, it will be sent.',
};

/** Every locale has these texts. */
export type Texts = typeof en;
