/** Token bucket: `perSecond` on average, bursts of twice that. */
export function createRateLimit(perSecond: number): { allow(now: number): boolean } {
  let tokens = 2 * perSecond;
  let at = 0;
  return {
    allow(now) {
      tokens = Math.min(2 * perSecond, tokens + (Math.max(0, now - at) / 1000) * perSecond);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
