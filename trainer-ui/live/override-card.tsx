/** What the last takeover prevented, once the counterfactual is known. */
import { Text } from '@mantine/core';
import { IconInfoCircleFilled, IconShieldCheckFilled, IconShieldX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { endReasonOf } from '../core/end-reason.ts';
import type { OverrideReport } from '../core/store.ts';
import { takeoverWords, type Verdict } from './takeover-words.ts';

const SHOWN_MS = 9000;

export function OverrideCard() {
  const client = useClient();
  const report = useApp((s) => s.lastOverride);
  const environment = useApp((s) => s.welcome?.environment);
  const isOneOfMany = useApp((s) => s.statuses.length > 1);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    if (!report) return;
    setVisible(true);
    const timer = setTimeout(() => setVisible(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [report]);
  if (!report || !visible || !environment) return null;
  const { controlDt, endReasons } = environment;
  const { counterfactual } = report;
  const isMine = report.teacherId === client.teacherId;
  const name = report.name ?? report.teacherId;
  const seconds = ((report.to - report.from) * controlDt).toFixed(1);
  const words =
    counterfactual &&
    takeoverWords(
      counterfactual,
      endReasonOf(counterfactual.endReason, endReasons).label,
      controlDt,
      isMine ? 'you' : name,
    );
  return (
    <div
      className={`glass takeover ${words?.verdict ?? ''}`}
      role="status"
      data-testid="override-card"
      data-verdict={words?.verdict ?? 'pending'}
    >
      <Text size="xs" c="dimmed">
        {isMine ? 'You' : name} drove {seconds} s
        {isOneOfMany && ` in simulation ${(report.live ?? 0) + 1}`}
      </Text>
      {words ? (
        <>
          <div className="verdict">
            <VerdictIcon verdict={words.verdict} />
            <Text size="sm" fw={600} lh={1.35}>
              {words.text}
            </Text>
          </div>
          <Returns report={report} isMine={isMine} />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Working out what the agent would have done…
        </Text>
      )}
    </div>
  );
}

function VerdictIcon({ verdict }: { verdict: Verdict }) {
  const Icon = { saved: IconShieldCheckFilled, unneeded: IconInfoCircleFilled, vain: IconShieldX }[
    verdict
  ];
  return <Icon size={22} aria-hidden />;
}

function Returns({ report, isMine }: { report: OverrideReport; isMine: boolean }) {
  const { counterfactual: c } = report;
  if (!c) return null;
  return (
    <Text size="xs" c="dimmed">
      Return {isMine ? 'with you' : 'as driven'}{' '}
      <span className="mono">{c.humanReturn.toFixed(1)}</span>, by the agent{' '}
      <span className="mono">{c.return.toFixed(1)}</span>
    </Text>
  );
}
