/** What the last takeover prevented, once the counterfactual is known. */
import { Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useApp } from '../context.ts';

const SHOWN_MS = 8000;

export function OverrideCard() {
  const report = useApp((s) => s.lastOverride);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (!report) return;
    setVisible(true);
    const timer = setTimeout(() => setVisible(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [report]);
  if (!report || !visible) return null;
  const { counterfactual: c } = report;
  const steps = report.to - report.from;
  const gain = c ? c.humanReturn - c.return : 0;
  return (
    <div
      className="hud glass"
      style={{ right: 14, top: 14, width: 250, padding: '10px 12px' }}
      data-testid="override-card"
    >
      <Text size="sm" fw={600}>
        You drove {steps} {steps === 1 ? 'step' : 'steps'}
      </Text>
      {c === null ? (
        <Text size="xs" c="dimmed">
          Working out what the agent would have done…
        </Text>
      ) : (
        <>
          <Text size="xs" c={c.cost > 0 ? 'orange.4' : 'dimmed'}>
            {c.cost > 0
              ? `Left alone, the agent would have caused ${c.cost} cost.`
              : 'Left alone, the agent would have caused no damage.'}
          </Text>
          <Text size="xs" c={gain >= 0 ? 'teal.4' : 'dimmed'}>
            Return with you {c.humanReturn.toFixed(1)}, without {c.return.toFixed(1)}
          </Text>
        </>
      )}
    </div>
  );
}
