/** Campaigns for those who look after people: what is asked, how far it is, what it costs, and the next step. */
import { Badge, Button, Group, Modal, Progress, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useState } from 'react';
import {
  askedWords,
  type CampaignReply,
  campaignStateWords,
  type DatasetReply,
  progressWords,
} from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { usePolled } from '../use-polled.ts';
import { CampaignDatasets } from './campaign-datasets.tsx';
import { CampaignForm } from './campaign-form.tsx';
import { CampaignText } from './campaign-text.tsx';
import {
  changeInstructions,
  type Decision,
  decideCampaign,
  draftCampaign,
  makeDataset,
  readCampaigns,
  readDatasets,
} from './campaigns-api.ts';

const EVERY = 3000;
const SHOWN = 5;

const NONE: readonly never[] = [];

function useCampaigns() {
  // The view above says what is wrong.
  const campaigns = usePolled(readCampaigns, EVERY);
  const datasets = usePolled(readDatasets, EVERY);
  const look = useCallback(() => {
    campaigns.look();
    datasets.look();
  }, [campaigns.look, datasets.look]);
  return { campaigns: campaigns.value ?? NONE, datasets: datasets.value ?? NONE, look };
}

export function CampaignsPart() {
  const role = useApp((s) => s.welcome?.person?.role);
  const mayDecide = role !== 'auditor';
  const { campaigns, datasets, look } = useCampaigns();
  const [dialog, open] = useState<Dialog>();
  const close = () => open(undefined);
  async function work(does: () => Promise<void>) {
    try {
      await does();
      close();
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
    look();
  }
  const decide = (campaign: CampaignReply, decision: Decision) =>
    // What cannot be taken back is asked about.
    decision === 'end'
      ? open({ kind: 'end', campaign })
      : void work(() => decideCampaign(campaign.id, decision));
  return (
    <Stack gap="sm" data-testid="campaigns">
      <Group justify="space-between">
        <Title order={2} size="h5">
          Campaigns
        </Title>
        {mayDecide && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => open({ kind: 'new' })}
            data-testid="campaign-new"
          >
            New campaign
          </Button>
        )}
      </Group>
      {campaigns.length === 0 && (
        <Text size="sm" c="dimmed">
          People are asked without an end. A campaign gives them instructions, and has a budget.
        </Text>
      )}
      {campaigns.slice(0, SHOWN).map((campaign) => (
        <Row
          key={campaign.id}
          campaign={campaign}
          datasets={datasets.filter(({ campaignId }) => campaignId === campaign.id)}
          make={mayDecide ? () => void work(() => makeDataset(campaign.id)) : undefined}
          decide={mayDecide ? (decision) => decide(campaign, decision) : undefined}
          read={() => open({ kind: 'text', campaign })}
        />
      ))}
      <Dialogs dialog={dialog} mayChange={mayDecide} close={close} work={work} />
    </Stack>
  );
}

type Dialog =
  | { readonly kind: 'new' }
  | { readonly kind: 'end' | 'text'; readonly campaign: CampaignReply };

function Dialogs(props: {
  dialog: Dialog | undefined;
  mayChange: boolean;
  close: () => void;
  work: (does: () => Promise<void>) => void;
}) {
  const { dialog, mayChange, close, work } = props;
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'new':
      return (
        <CampaignForm close={close} submit={(request) => work(() => draftCampaign(request))} />
      );
    case 'end':
      return (
        <ConfirmEnd
          campaign={dialog.campaign}
          close={close}
          confirm={() => work(() => decideCampaign(dialog.campaign.id, 'end'))}
        />
      );
    case 'text':
      return (
        <CampaignText
          campaign={dialog.campaign}
          mayChange={mayChange}
          close={close}
          save={(text) => work(() => changeInstructions(dialog.campaign.id, text))}
        />
      );
  }
}

const COLOURS: Readonly<Record<CampaignReply['state'], string>> = {
  draft: 'gray',
  running: 'teal',
  paused: 'yellow',
  ended: 'blue',
};

const STEPS: Readonly<Record<CampaignReply['state'], readonly (readonly [Decision, string])[]>> = {
  draft: [
    ['start', 'Start'],
    ['delete', 'Delete'],
  ],
  running: [
    ['pause', 'Pause'],
    ['end', 'End'],
  ],
  paused: [
    ['start', 'Go on'],
    ['end', 'End'],
  ],
  ended: [],
};

function Row(props: {
  campaign: CampaignReply;
  datasets: readonly DatasetReply[];
  make: (() => void) | undefined;
  decide: ((decision: Decision) => void) | undefined;
  read: () => void;
}) {
  const { campaign, datasets, make, decide, read } = props;
  const { terms, progress, state, version } = campaign;
  return (
    <Stack gap={4} data-testid="campaign" data-state={state}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {terms.name}
        </Text>
        <Badge variant="dot" miw="max-content" color={COLOURS[state]} tt="none">
          {campaignStateWords(campaign)}
        </Badge>
        <Text size="sm" c="dimmed" flex={1} miw={120}>
          {terms.purpose}: {askedWords(terms)}
        </Text>
        <Button size="compact-sm" variant="default" onClick={read} data-testid="campaign-read">
          Instructions, version {version}
        </Button>
        {decide && (
          <Button.Group>
            {STEPS[state].map(([decision, words]) => (
              <Button
                key={decision}
                size="compact-sm"
                variant="default"
                onClick={() => decide(decision)}
                data-testid={`campaign-${decision}`}
              >
                {words}
              </Button>
            ))}
          </Button.Group>
        )}
      </Group>
      {progress.done !== null && (
        <Progress
          value={100 * progress.done}
          aria-label={`${terms.name}: how much of the budget is spent`}
        />
      )}
      <Text size="xs" c="dimmed" className="mono" data-testid="campaign-progress">
        {progressWords(campaign)}
      </Text>
      {progress.answers > 0 && <CampaignDatasets datasets={datasets} make={make} />}
    </Stack>
  );
}

function ConfirmEnd(props: { campaign: CampaignReply; close: () => void; confirm: () => void }) {
  const { campaign, close, confirm } = props;
  return (
    <Modal opened onClose={close} title={`End ${campaign.terms.name}`}>
      <Stack>
        <Text size="sm">
          It is over for good, and people are asked nothing until another campaign starts. What they
          answered stays.
        </Text>
        <Button onClick={confirm} data-testid="campaign-confirm">
          End it
        </Button>
      </Stack>
    </Modal>
  );
}
