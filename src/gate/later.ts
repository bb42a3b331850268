/** Something that is loaded when it is first needed. */
export function createLater<TThing>(load: () => Promise<TThing>) {
  let thing: TThing | undefined;
  let loading: Promise<TThing> | undefined;
  async function loadOnce(): Promise<TThing> {
    loading ??= load();
    try {
      thing = await loading;
      return thing;
    } catch (error) {
      // The next who needs it tries again.
      loading = undefined;
      throw error;
    }
  }
  return {
    load: loadOnce,
    loaded: () => thing,
    isWanted: () => loading !== undefined,
    /** Does something with it: at once where it is there, and not at all where it cannot be loaded. */
    use(work: (thing: TThing) => void): void {
      if (thing === undefined) loadOnce().then(work, () => {});
      else work(thing);
    },
  };
}
