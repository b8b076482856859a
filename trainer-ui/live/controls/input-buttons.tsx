/** One button for each input: press it, then move what shall do it. */
import { Button, Group } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../../context.ts';
import type { PadName } from '../../core/bindings.ts';
import { inputWords } from './input-words.ts';

const LOOK_EVERY = 50;

export function InputButtons({ inputs }: { inputs: readonly PadName[] }) {
  const client = useClient();
  useApp((s) => s.gamepad); // set anew when its mapping is
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    if (asked === undefined) return;
    const timer = setInterval(() => {
      const input = client.gamepads.moved();
      if (!input) return;
      client.gamepads.map(asked, input);
      setAsked(undefined);
    }, LOOK_EVERY);
    return () => clearInterval(timer);
  }, [client, asked]);
  return (
    <Group gap={6}>
      {inputs.map(({ name, what }) => (
        <Button
          key={name}
          size="compact-sm"
          variant={asked === name ? 'filled' : 'default'}
          onClick={() => setAsked(asked === name ? undefined : name)}
          data-testid={`map-${name.replace(' ', '-')}`}
        >
          {what}: {asked === name ? 'move it…' : inputWords(client.gamepads.inputOf(name))}
        </Button>
      ))}
    </Group>
  );
}
