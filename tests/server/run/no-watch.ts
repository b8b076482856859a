/** For queries of people whose answers nobody watches. */
export const NO_WATCH = {
  standings: { isPaused: () => false },
  probes: {
    find: () => undefined,
    cannotShow() {},
    isQuizDue: () => false,
    next: async () => undefined,
    put: async () => {},
    resemble() {},
  },
  onAnswered() {},
};
