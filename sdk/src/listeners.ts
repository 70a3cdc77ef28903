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
    on(name, listener) {
      // Wrapped, so that one function registered twice has two subscriptions.
      const entry: typeof listener = (event) => listener(event);
      const set = (listeners[name] ??= new Set());
      set.add(entry);
      return () => void set.delete(entry);
    },
    emit: (name, event) => notify(listeners[name] ?? [], event),
  };
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
