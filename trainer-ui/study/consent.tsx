/** The text of a study: nobody takes part before they have agreed to it. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useApp, useClient } from '../context.ts';
import { Paragraphs } from './paragraphs.tsx';

export function ConsentDialog() {
  const client = useClient();
  const consent = useApp((s) => s.welcome?.study?.consent);
  if (!consent || consent.isGiven) return null;
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Before you take part"
      size="lg"
    >
      <Stack gap="md" data-testid="consent">
        <Paragraphs text={consent.text} />
        <Text size="sm" c="dimmed">
          Nothing you do here is kept before you agree. If you do not, close this page.
        </Text>
        <Group justify="flex-end">
          <Button
            onClick={() => client.send({ type: 'agree', consent: consent.hash })}
            data-testid="agree"
          >
            I agree
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
