/** Versions of what was answered in a campaign: made here, and taken away as files. */
import { Anchor, Button, Group, Text } from '@mantine/core';
import { type DatasetReply, datasetWords } from '../../server/protocol/index.ts';
import { answersAddress } from './campaigns-api.ts';

export function CampaignDatasets(props: {
  datasets: readonly DatasetReply[];
  /** undefined: this person makes none. */
  make: (() => void) | undefined;
}) {
  const { datasets, make } = props;
  if (datasets.length === 0 && !make) return null;
  return (
    <Group gap="xs" data-testid="campaign-datasets">
      <Text size="xs" c="dimmed">
        Datasets:
      </Text>
      {datasets.map((set) => (
        <Anchor
          key={set.id}
          size="xs"
          href={answersAddress(set.id)}
          download
          data-testid="dataset"
          title={`SHA-256 ${set.sheet.hash}`}
        >
          {datasetWords(set)}
        </Anchor>
      ))}
      {make && (
        <Button size="compact-xs" variant="default" onClick={make} data-testid="dataset-make">
          Keep what counts now as a version
        </Button>
      )}
    </Group>
  );
}
