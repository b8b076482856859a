/** Instructions of a campaign as its people read them, and a new version of them. */
import { Button, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { CampaignReply } from '../../server/protocol/index.ts';
import { Instructions } from './instructions.tsx';

export function CampaignText(props: {
  campaign: CampaignReply;
  mayChange: boolean;
  close: () => void;
  save: (text: string) => void;
}) {
  const { campaign, mayChange, close, save } = props;
  const [text, setText] = useState(campaign.instructions);
  const isSame = text.trim() === '' || text.trim() === campaign.instructions;
  return (
    <Modal
      opened
      onClose={close}
      title={`${campaign.terms.name}, version ${campaign.version}`}
      size="lg"
    >
      <Stack gap="sm" data-testid="campaign-words">
        <div>
          <Instructions text={text} />
        </div>
        {mayChange && campaign.state !== 'ended' && (
          <>
            <Textarea
              label="A new version"
              description="Markdown, with clips as Episodes copies them; whoever answers opens it before the next question"
              autosize
              minRows={3}
              maxRows={12}
              maxLength={16_000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              data-testid="campaign-new-text"
            />
            <Button
              disabled={isSame}
              onClick={() => save(text.trim())}
              data-testid="campaign-save-text"
            >
              Save as version {campaign.version + 1}
            </Button>
          </>
        )}
        {campaign.state === 'ended' && (
          <Text size="sm" c="dimmed">
            It has ended: these are the instructions it ended with.
          </Text>
        )}
      </Stack>
    </Modal>
  );
}
