/** How far people agree, what several answers to one question come to, and whether it matters by which method. */
import { Anchor, Group, NativeSelect, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { usePolled } from '../use-polled.ts';
import { readConsensus } from './people-api.ts';
import type { ConsensusMethod, QualityReport } from './report.ts';
import { agreement, CONSENSUS, consensusWords, kappaWords } from './words.ts';

const EVERY = 60_000;

export function Agreement({ report }: { report: QualityReport }) {
  const kappas = kappaWords(report);
  return (
    <>
      <Text size="sm" data-testid="agreement">
        {agreement(report)}
        {report.disputed.length > 0 && `; ${report.disputed.length} of them disputed`}
      </Text>
      {kappas !== '' && (
        <Text size="sm" data-testid="kappas">
          {kappas}
        </Text>
      )}
      {report.shared > 0 && <Consensus />}
    </>
  );
}

/** Worked out once somebody wants it: of ten thousand answers it takes the server a quarter of a second. */
function Consensus() {
  const [method, setMethod] = useState<ConsensusMethod>();
  return (
    <Group gap="sm" align="end" data-testid="consensus">
      <NativeSelect
        size="xs"
        label="Consensus by"
        value={method ?? ''}
        data={[
          { value: '', label: 'choose a method' },
          ...Object.entries(CONSENSUS).map(([value, label]) => ({ value, label })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          setMethod(value === '' ? undefined : (value as ConsensusMethod))
        }
        data-testid="consensus-method"
      />
      {method && <Decided method={method} />}
    </Group>
  );
}

function Decided({ method }: { method: ConsensusMethod }) {
  const ask = useCallback(() => readConsensus(method), [method]);
  const { value, error } = usePolled(ask, EVERY);
  return (
    <>
      <Text size="sm" data-testid="consensus-words">
        {error ?? (value ? consensusWords(value) : 'Being worked out…')}
      </Text>
      <Anchor size="sm" href={`api/consensus?method=${method}`} download="consensus.json">
        Consensus (JSON)
      </Anchor>
    </>
  );
}
