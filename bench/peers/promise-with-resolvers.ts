/** Restate's SDK takes `Promise.withResolvers` for granted, which Node has since version 22. */
Promise.withResolvers ??= <TValue>() => {
  const made: Partial<PromiseWithResolvers<TValue>> = {};
  made.promise = new Promise<TValue>((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made as PromiseWithResolvers<TValue>;
};
