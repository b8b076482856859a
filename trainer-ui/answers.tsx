/** What became of the answers of this browser that the server does not have. */
import { Button, Popover, Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useApp, useClient } from './context.ts';

const plural = (n: number) => (n === 1 ? '1 answer' : `${n} answers`);

/**
 * In the header while there are answers to a run that is not on this page, or of somebody who is not signed in here, and
 * where the browser keeps none.
 */
export function KeptAnswers() {
  const client = useClient();
  const others = useApp((s) => s.answers.others);
  const ofOthers = useApp((s) => s.answers.ofOthers);
  const isWithheld = useApp((s) => s.answers.isWithheld);
  const kept = others + ofOthers;
  if (kept === 0 && !isWithheld) return null;
  return (
    <Popover position="bottom-end" width={340} shadow="md">
      <Popover.Target>
        <Button
          size="compact-sm"
          flex="none"
          variant="default"
          leftSection={<IconInbox size={16} color="var(--mantine-color-orange-filled)" />}
          data-testid="kept-answers"
        >
          {kept > 0 ? `${plural(kept)} kept` : 'In memory'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {isWithheld && (
            <Text size="sm" data-testid="memory-only">
              This browser gives the page no room on its disk, as private windows of some browsers
              do not. Answers are kept in memory only: those that wait are lost with the page, so do
              not close or reload it before they are stored.
            </Text>
          )}
          {ofOthers > 0 && (
            <Text size="sm" data-testid="answers-of-others">
              {plural(ofOthers)} of this browser {ofOthers === 1 ? 'is' : 'are'} of somebody who is
              not signed in here now. They are sent once they sign in again.
            </Text>
          )}
          {others > 0 && (
            <>
              <Text size="sm">
                {plural(others)} of this browser {others === 1 ? 'belongs' : 'belong'} to a run that
                is not on this page. A page of that run sends them, when it is open here.
              </Text>
              <Button
                size="compact-sm"
                variant="subtle"
                color="red"
                onClick={client.forgetOthers}
                data-testid="forget-answers"
              >
                Give them up
              </Button>
            </>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** For the notice of a lost connection. */
export function useWaitingWords(): string {
  const waiting = useApp((s) => s.answers.waiting);
  const isKept = useApp((s) => s.answers.isKept);
  const isWithheld = useApp((s) => s.answers.isWithheld);
  if (isWithheld)
    return `${waiting === 0 ? 'answers wait' : `${plural(waiting)} kept`} in memory only: do not close this page`;
  if (waiting === 0) return 'answers wait here';
  return isKept
    ? `${plural(waiting)} kept here`
    : `${plural(waiting)} kept in this page only (the browser’s storage is full): do not close it`;
}
