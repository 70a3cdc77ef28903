/** What was found out about one thing. `wrong` keeps the server from working. */
export interface Finding {
  state: 'fine' | 'note' | 'wrong';
  subject: string;
  /** What is so, and where it is not fine, what to do. */
  text: string;
}
