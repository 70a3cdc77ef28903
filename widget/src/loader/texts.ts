/** What the loader itself says. The app's texts take over when it is there. */
export const texts = {
  open: 'Open chat',
  failed: 'Chat did not load. Try again',
};
