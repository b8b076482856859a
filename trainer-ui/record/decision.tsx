/** A recording that is looked at: to be kept, to be discarded, or to be driven once more. */
import './record.css';
import { Button, Group, Text } from '@mantine/core';
import type { EpisodeReply } from '../../server/protocol/index.ts';
import { useClient } from '../context.ts';
import { RECORDED, withKey } from '../core/bindings.ts';
import { useBindings } from '../use-keys.ts';
import { beginRecording } from './record.ts';
import { type Decision as Fate, useDecision } from './use-decision.ts';

const NOTHING = () => {};
const WORDS: Readonly<Record<Fate['state'], string>> = {
  open: 'A recording. Nothing is learned from it unless it is kept.',
  demonstration: 'Kept as a demonstration: the reward model and the policy learn from it.',
  correction:
    'Kept as a correction of what the agent did there: the reward model and the policy learn from both.',
  discarded:
    'Discarded: nothing is learned from it. It stays here until the run forgets its oldest episodes.',
};

export function Decision({ row }: { row: EpisodeReply }) {
  const client = useClient();
  const decision = useDecision(row);
  const { state, keep, discard, takeBack, start } = decision ?? {};
  const isKept = state === 'demonstration' || state === 'correction';
  useBindings(
    { keep: RECORDED.keep, discard: RECORDED.discard },
    {
      keep: isKept ? NOTHING : (keep ?? NOTHING),
      discard: (isKept ? takeBack : discard) ?? NOTHING,
    },
  );
  if (!state || !keep || !discard || !takeBack || !start) return null;
  return (
    <section
      className="decision"
      aria-label="keep or discard"
      data-testid="decision"
      data-state={state}
    >
      <Text size="sm" role="status">
        {WORDS[state]}
      </Text>
      <Group gap="xs">
        {isKept ? (
          <Button size="compact-sm" variant="default" onClick={takeBack} data-testid="unkeep">
            {withKey('Take it back', RECORDED.discard)}
          </Button>
        ) : (
          <>
            <Button size="compact-sm" onClick={keep} data-testid="keep">
              {withKey('Keep', RECORDED.keep)}
            </Button>
            {state === 'open' && (
              <Button size="compact-sm" variant="default" onClick={discard} data-testid="discard">
                {withKey('Discard', RECORDED.discard)}
              </Button>
            )}
          </>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => beginRecording(client, start)}
          data-testid="record-again"
        >
          Record it once more
        </Button>
      </Group>
    </section>
  );
}
