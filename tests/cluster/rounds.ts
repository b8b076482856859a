/** How often a fault is caused: REINS_FAULTS times, or as often as the suite has time for. */
export function rounds(usual: number): number {
  const asked = Number(process.env.REINS_FAULTS ?? usual);
  if (!(asked >= 1)) throw new RangeError(`REINS_FAULTS: is ${asked}, allowed 1 or more`);
  return asked;
}
