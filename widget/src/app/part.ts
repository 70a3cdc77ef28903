/** A part of the widget in a chunk of its own. */
export interface Part<Module> {
  /** There once it has come. */
  readonly module: Module | undefined;
  /** Brings it in. A failure is forgotten, so that the next call tries again. */
  need(): void;
}

/** @param onCome Called when it is there. */
export function createPart<Module>(
  load: () => Promise<Module>,
  onCome: (module: Module) => void,
): Part<Module> {
  let loading: Promise<void> | undefined;
  const part = {
    module: undefined as Module | undefined,
    need() {
      loading ??= load().then(
        (module) => {
          part.module = module;
          onCome(module);
        },
        () => {
          loading = undefined;
        },
      );
    },
  };
  return part;
}
