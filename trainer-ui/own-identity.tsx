/** Another way in for the same person: an identity at a provider, linked and unlinked by its holder. */
import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { get, post } from './core/http.ts';

interface Ways {
  /** Host of the provider; null: the server has none. */
  readonly provider: string | null;
  readonly isLinked: boolean;
  readonly hasPassword: boolean;
}

export function OwnIdentity() {
  const [ways, setWays] = useState<Ways>();
  useEffect(() => {
    get('api/me/identity')
      .then((reply) => reply.json() as Promise<Ways>)
      .then(setWays, () => {}); // roles that are programs have none
  }, []);
  if (!ways || (ways.provider === null && !ways.isLinked)) return null;
  const host = ways.provider ?? 'an identity provider';
  const work = (does: () => Promise<void>) =>
    void does().catch((error: Error) =>
      notifications.show({ color: 'red', title: 'Refused', message: error.message }),
    );
  const link = async () => {
    const reply = (await (await post('api/me/identity', {})).json()) as { link: string };
    window.location.assign(reply.link);
  };
  const unlink = async () =>
    setWays((await (await post('api/me/identity/unlink', {})).json()) as Ways);
  return (
    <Stack gap={4} data-testid="own-identity">
      <Text size="sm">{waysWords(ways, host)}</Text>
      {!ways.isLinked && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => work(link)}
          data-testid="identity-link"
        >
          Link with {host}
        </Button>
      )}
      {ways.isLinked && ways.hasPassword && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => work(unlink)}
          data-testid="identity-unlink"
        >
          Unlink
        </Button>
      )}
    </Stack>
  );
}

function waysWords({ isLinked, hasPassword }: Ways, host: string): string {
  if (!isLinked) return `You sign in by password. Linked, ${host} lets you in as the same person.`;
  if (hasPassword) return `You sign in by password, or at ${host}.`;
  return `You sign in at ${host}. It is your only way in, and cannot be unlinked.`;
}
