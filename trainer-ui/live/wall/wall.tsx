/** All live simulations of the run side by side. The one in focus is seen whole below, and is what keys drive. */
import { ActionIcon, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconSortAscendingNumbers, IconSortDescending } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useApp, useClient } from '../../context.ts';
import { WALL } from '../../core/bindings.ts';
import type { Client } from '../../core/client.ts';
import type { Status } from '../../core/store.ts';
import { CONTROLLER_COLOUR } from '../../theme.ts';
import { useBindings } from '../../use-keys.ts';
import { asks } from '../request.ts';
import { useDrivingKeys } from '../use-driving-keys.ts';
import { byNeed, neighbour } from './order.ts';
import { paintWall } from './painter.ts';
import { stateWords } from './words.ts';
import './wall.css';

export default function Wall() {
  const client = useClient();
  const order = useApp((s) => s.wallOrder);
  const strip = useRef<HTMLDivElement>(null);
  useWallKeys(client, order);
  useEffect(() => {
    client.wantWall(true);
    return () => client.wantWall(false);
  }, [client]);
  useEffect(() => {
    const root = strip.current;
    if (!root) return;
    return paintWall(client, root, (live, risk) => showRisk(root, live, risk));
  }, [client]);
  return (
    <section className="wall" aria-label="simulations" data-testid="wall">
      <div className="wall-strip" ref={strip}>
        {order.map((live) => (
          <Tile key={live} live={live} />
        ))}
      </div>
      <Sort />
    </section>
  );
}

function Tile({ live }: { live: number }) {
  const client = useClient();
  const status = useApp((s) => s.statuses[live]);
  const inFocus = useApp((s) => s.live === live);
  const element = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (inFocus) element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [inFocus]);
  const words = stateWords(status, client.teacherId);
  return (
    <UnstyledButton
      ref={element}
      className={`tile ${asks(status) ? 'asking' : ''}`}
      aria-current={inFocus}
      aria-label={`simulation ${live + 1}: ${words}`}
      onClick={(event) => {
        // Otherwise the next Space would press this button again.
        event.currentTarget.blur();
        client.focus(live);
      }}
      data-tile={live}
      data-testid={`tile-${live}`}
    >
      <span className="tile-picture" data-picture={live}>
        <Text component="span" size="xs" className="tile-coming">
          picture is coming
        </Text>
        <Text component="span" size="xs" className="mono tile-risk" data-risk="" />
      </span>
      <span className="tile-words">
        <i style={{ background: colourOf(status) }} aria-hidden />
        <Text component="span" size="xs" fw={600} truncate>
          {live + 1} · {words}
        </Text>
      </span>
    </UnstyledButton>
  );
}

const colourOf = (status: Status | undefined) => CONTROLLER_COLOUR[status?.controller ?? 'policy'];

/** The colour of a tile is that of its risk: the more, the redder. */
function showRisk(root: HTMLElement, live: number, risk: number): void {
  const tile = root.querySelector<HTMLElement>(`[data-tile="${live}"]`);
  const words = tile?.querySelector('[data-risk]');
  if (!tile || !words) return;
  tile.dataset['drawn'] = '';
  const percent = Number.isNaN(risk) ? 0 : Math.round(100 * risk);
  tile.style.setProperty('--risk', `${percent}%`);
  words.textContent = Number.isNaN(risk) ? '' : `${percent} %`;
}

function needsOf(client: Client) {
  return byNeed(
    client.store.getState().statuses.map((status, live) => ({
      live,
      asks: asks(status),
      risk: client.tiles.get(live)?.risk ?? Number.NaN,
    })),
  );
}

/** Once, on request: tiles that move by themselves cannot be hit. */
function Sort() {
  const client = useClient();
  const [byRisk, setByRisk] = useState(false);
  const label = byRisk ? 'Sort by number' : 'Sort by risk, as it is now';
  const Icon = byRisk ? IconSortAscendingNumbers : IconSortDescending;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="light"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={(event) => {
          event.currentTarget.blur();
          const needs = needsOf(client).map(({ live }) => live);
          client.store.setState({ wallOrder: byRisk ? needs.sort((a, b) => a - b) : needs });
          setByRisk(!byRisk);
        }}
        data-testid="sort-wall"
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function useWallKeys(client: Client, order: readonly number[]): void {
  const by = (steps: number) => () =>
    client.focus(neighbour(order, client.store.getState().live, steps));
  useBindings(
    WALL,
    {
      previous: by(-1),
      next: by(1),
      neediest: () => {
        const { live } = client.store.getState();
        const first = needsOf(client).find((need) => need.live !== live);
        if (first) client.focus(first.live);
      },
    },
    useDrivingKeys(),
  );
}
