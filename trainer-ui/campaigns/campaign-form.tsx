/** Drafts a campaign. What is left empty is as the environment and the preset have it. */
import {
  Button,
  Collapse,
  Modal,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import {
  BUDGET_UNITS,
  CAMPAIGN_PURPOSES,
  CAMPAIGN_QUESTIONS,
  CAMPAIGN_SOURCES,
} from '../../server/protocol/index.ts';
import { type Draft, EMPTY, fault, requestOf } from './draft.ts';

const SOURCES: Readonly<Record<(typeof CAMPAIGN_SOURCES)[number], string>> = {
  all: 'all episodes',
  driven: 'episodes in which a person drove',
  alone: 'episodes in which nobody drove',
  solved: 'episodes that solved the task',
  failed: 'episodes that ended without',
};

export function CampaignForm(props: {
  close: () => void;
  submit: (request: ReturnType<typeof requestOf>) => void;
}) {
  const { close, submit } = props;
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const wrong = fault(draft);
  return (
    <Modal opened onClose={close} title="New campaign" size="lg">
      <Stack gap="sm" data-testid="campaign-form">
        <TextInput
          label="Name"
          description="As people see it"
          data-autofocus
          maxLength={80}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          data-testid="campaign-name"
        />
        <Textarea
          label="Goal and instructions"
          description="Markdown; people open them before the first question. Clips as examples: Episodes, Clip, As an example. Empty: what the environment says of itself"
          autosize
          minRows={3}
          maxRows={10}
          maxLength={16_000}
          value={draft.instructions}
          onChange={(event) => change({ instructions: event.currentTarget.value })}
          data-testid="campaign-text"
        />
        <Asked draft={draft} change={change} />
        <Select
          label="Clips of"
          data={CAMPAIGN_SOURCES.map((value) => ({ value, label: SOURCES[value] }))}
          allowDeselect={false}
          value={draft.source}
          onChange={(source) => change({ source: source ?? 'all' })}
          data-testid="campaign-source"
        />
        <Budget draft={draft} change={change} />
        <Collapse expanded={wrong !== undefined && draft.name !== ''}>
          <Text size="sm" c="red">
            {wrong}
          </Text>
        </Collapse>
        <Button
          disabled={wrong !== undefined}
          onClick={() => submit(requestOf(draft))}
          data-testid="campaign-draft"
        >
          Draft it
        </Button>
      </Stack>
    </Modal>
  );
}

interface Part {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
}

function Asked({ draft, change }: Part) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3 }}>
      <Select
        label="Purpose"
        data={[...CAMPAIGN_PURPOSES]}
        allowDeselect={false}
        value={draft.purpose}
        onChange={(purpose) =>
          change({
            purpose: purpose ?? 'pilot',
            ...(purpose === 'calibration' ? { people: Math.max(2, draft.people), share: 100 } : {}),
          })
        }
      />
      <Select
        label="People"
        data={[...CAMPAIGN_QUESTIONS]}
        allowDeselect={false}
        value={draft.kind}
        onChange={(kind) => change({ kind: kind ?? 'compare' })}
      />
      <NumberInput
        label="People a question"
        min={1}
        max={10}
        clampBehavior="strict"
        value={draft.people}
        onChange={(people) => change({ people: Number(people) || 1 })}
        data-testid="campaign-people"
      />
      <NumberInput
        label="Of questions, %"
        min={1}
        max={100}
        clampBehavior="strict"
        disabled={draft.people === 1}
        value={draft.people === 1 ? '' : draft.share}
        placeholder="all"
        onChange={(share) => change({ share: Number(share) || 100 })}
        data-testid="campaign-share"
      />
      <NumberInput
        label="By one person, %"
        min={1}
        max={100}
        clampBehavior="strict"
        value={draft.by}
        onChange={(by) => change({ by: Number(by) || 100 })}
        data-testid="campaign-by"
      />
    </SimpleGrid>
  );
}

function Budget({ draft, change }: Part) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }}>
      <TextInput
        label="Budget"
        placeholder="until ended"
        inputMode="decimal"
        value={draft.most}
        onChange={(event) => change({ most: event.currentTarget.value.trim() })}
        data-testid="campaign-most"
      />
      <Select
        label="Of"
        data={[...BUDGET_UNITS]}
        allowDeselect={false}
        value={draft.unit}
        onChange={(unit) => change({ unit: unit ?? 'answers' })}
      />
      <TextInput
        label="An hour costs"
        placeholder="nothing given"
        inputMode="decimal"
        value={draft.rate}
        onChange={(event) => change({ rate: event.currentTarget.value.trim() })}
        data-testid="campaign-rate"
      />
      <TextInput
        label="Ends at % right"
        placeholder="never"
        inputMode="decimal"
        value={draft.accuracy}
        onChange={(event) => change({ accuracy: event.currentTarget.value.trim() })}
      />
    </SimpleGrid>
  );
}
