/** What became of the answers of this browser that the server does not have. */
import { Button, Popover, Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useApp, useClient } from './context.ts';

const plural = (n: number) => (n === 1 ? '1 answer' : `${n} answers`);

/** In the header while there are answers to a run that is not on this page, or of somebody who is not signed in here. */
export function KeptAnswers() {
  const client = useClient();
  const others = useApp((s) => s.answers.others);
  const ofOthers = useApp((s) => s.answers.ofOthers);
  if (others + ofOthers === 0) return null;
  return (
    <Popover position="bottom-end" width={340} shadow="md">
      <Popover.Target>
        <Button
          size="compact-sm"
          flex="none"
          variant="light"
          color="yellow"
          leftSection={<IconInbox size={16} />}
          data-testid="kept-answers"
        >
          {plural(others + ofOthers)} kept
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
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
  if (waiting === 0) return 'answers wait here';
  return isKept
    ? `${plural(waiting)} kept here`
    : `${plural(waiting)} kept in this page only (the browser’s storage is full or forbidden): do not close it`;
}
