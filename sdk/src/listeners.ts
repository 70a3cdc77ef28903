/** Ends a subscription. Calling it twice does no harm. */
export type Unsubscribe = () => void;

/** Typed events of a client. */
export interface Events<EventMap> {
  on<Name extends keyof EventMap>(
    name: Name,
    listener: (event: EventMap[Name]) => void,
  ): Unsubscribe;
  emit<Name extends keyof EventMap>(name: Name, event: EventMap[Name]): void;
}

/** Typed events with unsubscribe. */
export function createEvents<EventMap>(): Events<EventMap> {
  const listeners: { [Name in keyof EventMap]?: Set<(event: EventMap[Name]) => void> } = {};
  return {
    on: (name, listener) => listen((listeners[name] ??= new Set()), listener),
    emit: (name, event) => notify(listeners[name] ?? [], event),
  };
}

/** Adds a listener. One function that is added twice has two subscriptions. */
export function listen<Event>(
  listeners: Set<(event: Event) => void>,
  listener: (event: Event) => void,
): Unsubscribe {
  const entry = (event: Event) => listener(event);
  listeners.add(entry);
  return () => void listeners.delete(entry);
}

/** Calls every listener. One that throws breaks neither the others nor the caller; its error is reported as uncaught. */
export function notify<Event>(listeners: Iterable<(event: Event) => void>, event: Event): void {
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
