/** The results of people's takeovers so far, always in sight. */
import { Text, Tooltip } from '@mantine/core';
import { useApp } from './context.ts';
import { amount, totalsWords } from './live/takeover-words.ts';

export function TakeoverTotals() {
  const totals = useApp((s) => s.status?.takeovers);
  if (!totals) return null;
  const { judged, unneeded, costPrevented } = totals;
  const words = totalsWords(totals);
  const explanation = `${words}. Judged by what the agent would have done in the same 1 to 3 seconds. Cost prevented, net: ${amount(costPrevented)}. In ${unneeded} of ${judged} the agent alone would have done as well.`;
  return (
    <Tooltip label={explanation} multiline maw={340}>
      <Text
        size="xs"
        c={judged > 0 ? 'bright' : 'dimmed'}
        className="wide-only gives-way"
        truncate
        data-testid="takeover-totals"
        data-judged={judged}
      >
        {words}
      </Text>
    </Tooltip>
  );
}
