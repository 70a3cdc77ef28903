export { ChatError } from './chat-error.ts';
export type * from './conversation-state.ts';
export { createWidget, type CreateWidgetOptions, type Widget } from './load-widget.ts';
export type { Unsubscribe } from './store.ts';
export {
  createVisitorClient,
  type VisitorClient,
  type VisitorClientEvents,
  type VisitorClientOptions,
  type VisitorState,
} from './visitor.ts';
export type * from './widget-api.ts';
