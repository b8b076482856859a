/** How far people agree, what several answers to one question come to, and whether it matters by which method. */
import { Anchor, Group, NativeSelect, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { usePolled } from '../use-polled.ts';
import { readConsensus } from './people-api.ts';
import type { ConsensusMethod, QualityReport } from './report.ts';
import { agreement, CONSENSUS, consensusWords, kappaWords } from './words.ts';

const EVERY = 30_000;

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

function Consensus() {
  const [method, setMethod] = useState<ConsensusMethod>('one-coin');
  const ask = useCallback(() => readConsensus(method), [method]);
  const { value, error } = usePolled(ask, EVERY);
  return (
    <Group gap="sm" align="end" data-testid="consensus" data-method={value?.method}>
      <NativeSelect
        size="xs"
        label="Consensus by"
        value={method}
        data={Object.entries(CONSENSUS).map(([value, label]) => ({ value, label }))}
        onChange={(event) => setMethod(event.currentTarget.value as ConsensusMethod)}
        data-testid="consensus-method"
      />
      <Text size="sm">{error ?? (value ? consensusWords(value) : '')}</Text>
      <Anchor size="sm" href={`api/consensus?method=${method}`} download="consensus.json">
        Consensus (JSON)
      </Anchor>
    </Group>
  );
}
