/** What a campaign asks: to be opened once before the first question, and by one key ever after. */
import { Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { campaignStateWords, type WireCampaign } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { PAGE, withKey } from '../core/bindings.ts';

const Markdown = lazy(() => import('./markdown.tsx'));

export function Instructions({ text }: { text: string }) {
  return (
    <Suspense fallback={null}>
      <Markdown text={text} />
    </Suspense>
  );
}

/** In the place of questions, while there is something to read first. */
export function OpenInstructions({ campaign }: { campaign: WireCampaign }) {
  const client = useClient();
  const { name, instructions, textHash } = campaign;
  return (
    <Center className="view" p="md" data-testid="campaign-instructions">
      <Paper withBorder p="lg" maw={680} mah="100%" style={{ overflowY: 'auto' }}>
        <Stack gap="sm">
          <Title order={1} size="h4">
            {name}
          </Title>
          <div>
            <Instructions text={instructions} />
          </div>
          <Text size="xs" c="dimmed">
            {withKey('It stays at hand: The goal', PAGE.goal)}
          </Text>
          <Button
            h="auto"
            mih={36}
            styles={{ label: { whiteSpace: 'normal' } }}
            data-testid="open-instructions"
            onClick={() => client.openInstructions(textHash)}
          >
            I have read this: show me the questions
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}

const AT_MOST =
  'You have given as many of its answers as one person may: others are asked now. Thank you. Questions come here again if more are wanted.';

/** Why nobody is asked; undefined: it runs, or there is none. */
export function useNoQuestions(): { title: string; why: string } | undefined {
  const campaign = useApp((s) => s.campaign);
  if (!campaign || campaign.state === 'draft') return undefined;
  const { name, state, isAtMost } = campaign;
  if (state === 'running') return isAtMost ? { title: name, why: AT_MOST } : undefined;
  const why =
    state === 'paused'
      ? 'Whoever looks after it has paused it. Your answers are kept.'
      : `It has ${campaignStateWords(campaign)}. Thank you: your answers are kept.`;
  return { title: name, why };
}
