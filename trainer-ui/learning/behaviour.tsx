/** What the agent now thinks best and worst, to veto, and a map of what it did lately. */
import { Anchor, Button, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import './behaviour.css';
import type { BehaviourMap, Place } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { get } from '../core/http.ts';
import { looksOn } from '../core/store.ts';
import { dotsOf, extremes, HEIGHT, WIDTH } from './behaviour-places.ts';

const SHOWN = 4;
const behaviourNow = async () => (await (await get('api/behaviour')).json()) as BehaviourMap;

export function Behaviour() {
  const [map, setMap] = useState<BehaviourMap>();
  const [error, setError] = useState<string>();
  const look = useCallback(() => {
    behaviourNow().then(
      (found) => {
        setMap(found);
        setError(undefined);
      },
      (failure: Error) => setError(failure.message),
    );
  }, []);
  useEffect(look, [look]);
  const places = map?.places ?? [];
  const { best, worst } = useMemo(() => extremes(places, SHOWN), [places]);
  return (
    <section aria-label="behaviour" data-testid="behaviour" data-places={places.length}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          What it does, and what it thinks of it now
        </Title>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconRefresh size={16} />}
          onClick={look}
        >
          Look again
        </Button>
      </Group>
      {error && <Text size="sm">{error}</Text>}
      {places.length === 0 ? (
        <Text size="sm" c="dimmed">
          Clips appear here once episodes have ended.
        </Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 3 }} spacing="md">
          <MapOf map={map!} />
          <Clips title="It thinks these best" places={best} value={-1} veto="Not good" />
          <Clips title="It thinks these worst" places={worst} value={1} veto="Not bad" />
        </SimpleGrid>
      )}
    </section>
  );
}

/** Opens the clip where it lies. */
function useOpen() {
  const client = useClient();
  return ({ segment: { episodeId, from } }: Place) =>
    client.store.setState({ tab: 'episodes', moment: { episodeId, step: from } });
}

function MapOf({ map }: { map: BehaviourMap }) {
  const open = useOpen();
  const dots = useMemo(() => dotsOf(map.places), [map]);
  const isLearned = map.places.some(({ learned }) => learned !== null);
  return (
    <figure className="behaviour-map card">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${dots.length} clips of the newest episodes: those that are near are alike`}
      >
        {dots.map((dot) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: hundreds of stops for a key; the lists beside it are reached by keys
          <circle
            key={`${dot.place.segment.episodeId} ${dot.place.segment.from}`}
            cx={dot.cx}
            cy={dot.cy}
            r={5}
            style={{
              fill: `color-mix(in oklab, #f76707 ${Math.round(100 * dot.shade)}%, #4dabf7)`,
            }}
            onClick={() => open(dot.place)}
            data-testid="place"
          />
        ))}
      </svg>
      <figcaption>
        <Text size="xs" c="dimmed">
          Near is alike: the two directions in which observations and actions differ most, of{' '}
          {Math.round(100 * map.explained)} % of all difference. Orange is more{' '}
          {isLearned ? 'learned reward' : 'reward of the environment; nothing is learned yet'}. A
          click opens the clip.
        </Text>
      </figcaption>
    </figure>
  );
}

function Clips(props: {
  title: string;
  places: readonly Place[];
  /** Of the critique that a veto leaves. */
  value: 1 | -1;
  veto: string;
}) {
  const { title, places, value, veto } = props;
  return (
    <section className="card behaviour-clips" aria-label={title}>
      <Title order={3} size="h6">
        {title}
      </Title>
      {places.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing is learned yet: answers under Compare teach it.
        </Text>
      )}
      {places.map((place) => (
        <Clip
          key={`${place.segment.episodeId} ${place.segment.from}`}
          place={place}
          value={value}
          veto={veto}
        />
      ))}
    </section>
  );
}

function Clip({ place, value, veto }: { place: Place; value: 1 | -1; veto: string }) {
  const client = useClient();
  const open = useOpen();
  const isLooking = useApp(looksOn);
  const [given, setGiven] = useState<string>();
  const { episodeId, from, to } = place.segment;
  const press = () => {
    if (given !== undefined) {
      client.give({ kind: 'retraction', feedbackId: given, reason: 'undo' }, Date.now());
      setGiven(undefined);
    } else setGiven(client.give({ kind: 'critique', episodeId, from, to, value }, Date.now()));
  };
  return (
    <Group justify="space-between" gap={8} wrap="nowrap" data-testid="extreme">
      <Anchor
        component="button"
        type="button"
        size="sm"
        underline="always"
        onClick={() => open(place)}
        data-testid="open-extreme"
      >
        steps {from}–{to}, {place.learned!.toFixed(2)}
      </Anchor>
      {!isLooking && (
        <Button
          size="compact-sm"
          variant={given ? 'filled' : 'default'}
          aria-pressed={given !== undefined}
          onClick={press}
          data-testid="veto"
        >
          {given ? 'Noted; undo' : veto}
        </Button>
      )}
    </Group>
  );
}
