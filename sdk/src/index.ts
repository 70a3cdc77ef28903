export { ChatError } from './chat-error.ts';
export type * from './conversation-state.ts';
export { createWidget, type CreateWidgetOptions, type Widget } from './load-widget.ts';
export type { Unsubscribe } from './listeners.ts';
export { createVisitorClient } from './visitor.ts';
export type * from './visitor-client.ts';
export type { VisitorClientEvents } from './visitor-events.ts';
export type { VisitorState } from './visitor-state.ts';
export type * from './widget-api.ts';
