import type { PadInput } from '../../core/gamepad-memory.ts';

/** As the live picture of the pad numbers it: `axis 3 −`, `button 7`. */
export function inputWords(input: PadInput): string {
  if (input.kind === 'button') return `button ${input.index}`;
  return `axis ${input.index}${input.sign < 0 ? ' −' : ''}`;
}
