import { listen, notify, type Unsubscribe } from './listeners.ts';

/** A place for state that changes by actions only; a Redux store is one. */
export interface ClientStore<State, Action> {
  getState(): State;
  dispatch(action: Action): unknown;
  subscribe(listener: () => void): Unsubscribe;
}

/** A store of about twenty lines, for everyone who has none. */
export function createStore<State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
): ClientStore<State, Action> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    getState: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      notify(listeners, undefined);
    },
    subscribe: (listener) => listen(listeners, listener),
  };
}
