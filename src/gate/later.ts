/** Something that is loaded when it is first needed. */
export function createLater<TThing>(load: () => Promise<TThing>) {
  let thing: TThing | undefined;
  let loading: Promise<TThing> | undefined;
  async function loadOnce(): Promise<TThing> {
    loading ??= load();
    thing = await loading;
    return thing;
  }
  return {
    load: loadOnce,
    loaded: () => thing,
    isWanted: () => loading !== undefined,
    /** Does something with it: at once where it is there. */
    use(work: (thing: TThing) => void): void {
      if (thing === undefined) void loadOnce().then(work);
      else work(thing);
    },
  };
}
