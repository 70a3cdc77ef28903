import { createVisitorClient, type TimelineItem } from '@alcove/sdk';

const chat = createVisitorClient({
  serverUrl: import.meta.env.VITE_ALCOVE_SERVER,
  workspaceKey: import.meta.env.VITE_ALCOVE_KEY,
});

const connection = element('connection', HTMLElement);
const timeline = element('timeline', HTMLOListElement);
const composer = element('composer', HTMLFormElement);

chat.subscribe(draw);
composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = new FormData(composer).get('text');
  if (typeof text !== 'string') return;
  composer.reset();
  chat.send(text).catch(say);
});

await chat.resume();
const newest = chat.getState().conversations[0];
if (newest) await chat.openConversation(newest.id);
draw();

/** The whole interface follows from the client's state. */
function draw(): void {
  const conversation = chat.getState().conversations[0] ?? null;
  const { status } = chat.getState().connection;
  connection.textContent = status === 'idle' ? 'Write something to start.' : status;
  timeline.replaceChildren(...chat.timeline(conversation?.id ?? null).map(line));
}

function line(item: TimelineItem): HTMLLIElement {
  const entry = document.createElement('li');
  if (item.kind === 'message') {
    entry.dataset['own'] = String(item.isOwn);
    entry.dir = 'auto';
    entry.textContent = item.content.kind === 'text' ? item.content.text : 'Message deleted';
    if (item.isOwn) entry.title = item.failure ?? item.state;
  } else {
    entry.dataset['own'] = 'system';
    entry.textContent = item.kind === 'status' ? `Conversation ${item.status}` : 'Assigned';
  }
  return entry;
}

function say(error: unknown): void {
  connection.textContent = error instanceof Error ? error.message : String(error);
}

function element<Element extends HTMLElement>(id: string, kind: new () => Element): Element {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no #${id}`);
  return found;
}
