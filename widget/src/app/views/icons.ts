/** Paths on a field of 24 by 24, drawn as lines. */
export const icons = {
  close: 'm6 6 12 12m0-12L6 18',
  send: 'M12 19V5m-6 6 6-6 6 6',
};
