/** What the agent is to do and what counts as better: before the first answer, and by one key ever after. */
import { Button, CloseButton, Group, Kbd, Modal, Stack, Text, Title } from '@mantine/core';
import { Instructions } from '../campaigns/instructions.tsx';
import { useApp, useClient } from '../context.ts';
import { COMPARE, firstKey, keyLabel, PAGE, takeOverKeys } from '../core/bindings.ts';
import { stillWords } from '../still-words.ts';
import { Paragraphs } from '../study/paragraphs.tsx';
import { useTour } from '../tour/use-tour.ts';

/** Where no server says what is better. */
const UNSAID = 'What you would rather see again.';

/** The whole of it, with how a person takes part. */
export function GoalDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const environment = useApp((s) => s.welcome?.environment);
  const instructions = useApp((s) => s.welcome?.study?.instructions);
  const campaign = useApp((s) => s.campaign);
  const policy = useApp((s) => s.welcome?.policy);
  const tour = useTour();
  if (!environment) return null;
  const keys = takeOverKeys(environment.controls);
  return (
    <Modal opened={opened} onClose={onClose} title={`The goal: ${environment.title}`} size="lg">
      <Stack gap="md" data-testid="goal-dialog">
        <Text>{environment.description}</Text>
        {instructions && (
          <section aria-label="instructions" data-testid="instructions">
            <Paragraphs text={instructions} />
          </section>
        )}
        {campaign && (
          <section aria-label={campaign.name} data-testid="campaign-goal">
            <Title order={3} size="h6">
              {campaign.name}
            </Title>
            <Instructions text={campaign.instructions} />
          </section>
        )}
        <Part title="What counts as better">{environment.better ?? UNSAID}</Part>
        {!policy?.isWatched && (
          <>
            <Part title="How to judge">
              Under Compare, press {firstKey(COMPARE.a)} or {firstKey(COMPARE.b)} for the better
              clip, {firstKey(COMPARE.equal)} where both are as good,{' '}
              {firstKey(COMPARE.incomparable)} where you cannot tell. Judge what you see, not what
              you think was meant.
            </Part>
            <Part title="How to step in">
              Under Live, hold a key to drive{keys.length > 0 ? ` (${keys.join(' ')})` : ''}, a
              gamepad’s stick or the controls on a touch screen; let go to hand back. Step in before
              it goes wrong: what you do and what the agent wanted are both kept.
            </Part>
          </>
        )}
        {policy && <Part title="Who drives">{stillWords(policy, environment.id)}</Part>}
        {!policy && (
          <Group>
            <Button
              variant="default"
              onClick={() => {
                onClose();
                tour.begin();
              }}
              data-testid="tour-again"
            >
              Take the tour (2 minutes)
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Title order={3} size="h6">
        {title}
      </Title>
      <Text size="sm">{children}</Text>
    </div>
  );
}

/** A note that blocks nothing, until it is closed here or a first answer was given. */
export function GoalNote() {
  const client = useClient();
  const open = useApp((s) => s.goalNote);
  // The tour ends in answers: where nothing learns nobody is asked.
  const isStill = useApp((s) => s.welcome?.policy !== undefined);
  const environment = useApp((s) => s.welcome?.environment);
  const tour = useTour();
  if (!open || !environment) return null;
  return (
    <section className="goal-note" aria-label="The goal" data-testid="goal-note">
      <Group justify="space-between" wrap="nowrap" align="start" gap="xs">
        <Text size="sm">
          <b>The goal:</b> {environment.description}
        </Text>
        <CloseButton
          size="sm"
          aria-label="close the note on the goal"
          onClick={client.closeGoalNote}
        />
      </Group>
      <Better />
      {!isStill && (
        <Button
          size="compact-sm"
          mt={6}
          className="tour-offer"
          onClick={tour.begin}
          data-testid="tour-begin"
        >
          Show me round (2 minutes)
        </Button>
      )}
    </section>
  );
}

/** The sentence that people judge by. */
export function Better() {
  const better = useApp((s) => s.welcome?.environment.better ?? UNSAID);
  return (
    <Text size="sm" data-testid="better">
      <b>Better:</b> {better}{' '}
      <Text span size="xs" c="dimmed" className="wide-only">
        <Kbd size="xs">{keyLabel(PAGE.goal.keys[0])}</Kbd> shows it again
      </Text>
    </Text>
  );
}
