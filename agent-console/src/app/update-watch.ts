import type { AgentState } from '@alcove/sdk/agent';

export interface UpdateWatchOptions {
  /** The path of the script that this page runs. */
  script: string;
  /** The console's page as the server sends it now. */
  readPage(): Promise<string>;
  /** Whether nothing would be lost by a reload. */
  isAtRest(): boolean;
  /** Milliseconds since the page was opened. */
  age(): number;
  reload(): void;
  /** The server has another version than this page. */
  onOutdated(): void;
}

/** Finds out that the server was upgraded: parts that the page has not loaded yet are gone then. */
export interface UpdateWatch {
  /** A part could not be loaded. Never rejects. */
  missed(): Promise<void>;
  /** Nobody looks just now: a good moment to reload, if there is a reason. */
  rest(): void;
}

/** A page that is younger was reloaded just now: nodes that are upgraded one after the other shall not play ball with it. */
const SETTLED_MS = 60_000;

export function createUpdateWatch(options: UpdateWatchOptions): UpdateWatch {
  const { script, readPage, isAtRest, age, reload, onOutdated } = options;
  let isOutdated = false;

  function rest(): void {
    if (isOutdated && age() > SETTLED_MS && isAtRest()) reload();
  }

  return {
    rest,
    async missed() {
      const page = await readPage().catch(() => '');
      // None: not the console, such as a network that wants its terms accepted.
      const present = /src="([^"]*\/assets\/[^"]+)"/.exec(page)?.[1];
      if (isOutdated || present === undefined || present === script) return;
      isOutdated = true;
      onOutdated();
      rest();
    },
  };
}

/** Whether something is in the page's memory only: acts and edits on their way, and messages where nothing can be kept. */
export function hasUnsaved({ pendingActs, changes, pending, outboxStorage }: AgentState): boolean {
  const isUnkept = pending.length > 0 && outboxStorage === 'memory';
  return isUnkept || pendingActs.length > 0 || changes.length > 0;
}

/** Whether somebody is in the middle of something: a field holds a text, or a dialog or menu is open. */
export function isInUse(page: ParentNode): boolean {
  if (page.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return true;
  const fields = page.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input:not([type="checkbox"], [aria-hidden]), textarea:not([aria-hidden])',
  );
  return [...fields].some(({ value }) => value !== '');
}
