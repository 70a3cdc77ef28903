import type { AlcoveApi, WidgetMethods } from './widget-api.ts';

/*
 * What a site may write, and what its editor has to underline. Compiled, never run.
 */
export function compiles(alcove: AlcoveApi, widget: WidgetMethods): void {
  alcove('boot');
  alcove('boot', { side: 'start', theme: 'dark', name: 'Shopper', email: null });
  alcove('open', { text: 'Where is my order?' });
  alcove('identify', { name: null });
  alcove('close');
  const stop = alcove('on', 'unread', ({ count }) => count.toFixed());
  // Undefined while the script has not loaded.
  stop?.();
  widget.on('message', ({ message }) => message.content.kind)();
  widget.open();
}

export function doesNotCompile(alcove: AlcoveApi, widget: WidgetMethods): void {
  // @ts-expect-error There is no such command.
  alcove('explode');
  // @ts-expect-error There is no such option.
  alcove('boot', { sides: 'start' });
  // @ts-expect-error An edge in the writing direction, not left or right.
  alcove('boot', { side: 'left' });
  // @ts-expect-error Whom?
  alcove('identify');
  // @ts-expect-error There is no such event.
  alcove('on', 'unreads', () => {});
  // @ts-expect-error The event carries a count, no message.
  alcove('on', 'unread', ({ message }) => message);
  // @ts-expect-error On the stub it answers nothing.
  alcove('on', 'unread', () => {})();
  // @ts-expect-error The text stands in an object, so that more can follow.
  widget.open('hello');
}
