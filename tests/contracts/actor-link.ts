/** The contract of a link to actors as tests: every implementation passes it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Episode, PolicySnapshot } from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import { buffersOf, COLUMN_NAMES } from '../../agent/episode/columns.ts';
import { isReplayable, replay } from '../../agent/episode/replay.ts';
import { type ActorLink, LONGEST_CHUNK } from '../../server/actors/link.ts';
import type { RolloutEvent } from '../../server/actors/messages.ts';
import { POSE_SIZE } from '../../sim/contract.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { until } from '../e2e/helpers.ts';

/** What the actors of the contract act for. */
export const ACTED_RUN = {
  runId: 'run-1',
  environmentId: 'reacher',
  environmentOptions: {},
  configHash: 'h',
  seed: 1,
};

export interface LinkUnderTest {
  readonly link: ActorLink;
  /** Ends one of its two actors as `kill -9` would. Another follows, by itself or by this. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

/** Everything that came, checked as it comes. */
export class Received {
  readonly steps = new Map<string, number>();
  /** Of which more is to come. */
  readonly open = new Set<string>();
  readonly chunks: EpisodeChunk[] = [];
  readonly episodes: Episode[] = [];

  hear = (event: RolloutEvent): void => {
    if (event.type === 'chunk') this.#chunk(event.chunk);
    if (event.type === 'episode') this.episodes.push(event.episode);
  };

  #chunk(chunk: EpisodeChunk): void {
    const { id, from, to, end } = chunk;
    expect(from, `${id}: each step once and in order`).toBe(this.steps.get(id) ?? 0);
    expect(to - from).toBeLessThanOrEqual(LONGEST_CHUNK);
    const buffers = buffersOf(chunk);
    expect(new Set(buffers).size, 'arrays that can be transferred').toBe(buffers.length);
    this.steps.set(id, to);
    if (from > 0) expect(this.open, `${id}: nothing after its end`).toContain(id);
    if (end === 'open') this.open.add(id);
    else this.open.delete(id);
    this.chunks.push(chunk);
  }

  get total(): number {
    return [...this.steps.values()].reduce((sum, n) => sum + n, 0);
  }

  versions(from = 0): Set<number> {
    return new Set(this.chunks.slice(from).flatMap((chunk) => [...chunk.policyVersions]));
  }
}

const env = await createEnvironment(ACTED_RUN.environmentId, {});
const { size } = env.observationSpace;

/** Always the same action. */
export function policy(version: number): PolicySnapshot {
  const outputs = env.actionSpace.size;
  const layer = {
    ...{ inputs: size, outputs, activation: 'linear' as const },
    weights: new Float32Array(outputs * size),
    bias: new Float32Array(outputs).fill(0.1),
  };
  const { low, high } = env.actionSpace;
  return {
    ...{ version, layers: [layer], logStd: 'deterministic', squash: 'none' },
    actionSpace: { low, high, size: outputs },
  };
}

/** @param open a link to two actors of `ACTED_RUN`, not started */
export function actorLinkContract(name: string, open: () => Promise<LinkUnderTest>): void {
  describe(`${name} keeps the contract of a link to actors`, () => {
    let tested: LinkUnderTest;
    let link: ActorLink;
    let received: Received;
    beforeEach(async () => {
      tested = await open();
      link = tested.link;
      received = new Received();
      link.start(received.hear);
    });
    afterEach(async () => {
      await link.close();
      await link.gone();
      await tested.remove();
    });

    it('[LINK-1] actors step when they have a policy and credit, and no further', async () => {
      await until('both actors', () => link.actors.length === 2);
      expect(received.total).toBe(0);
      link.credit(300);
      link.publish(policy(3));
      for (let allowed = 300; allowed <= 900; allowed += 300) {
        await until('the steps', () => received.total >= allowed);
        // Each may have begun one chunk more.
        expect(received.total).toBeLessThan(allowed + 2 * LONGEST_CHUNK);
        if (allowed < 900) link.credit(300);
      }
      expect(received.versions()).toEqual(new Set([3]));
      for (const { id, steps, policyVersion } of link.actors)
        if (steps > 0) expect([id, policyVersion]).toEqual([id, 3]);
    });

    it('[LINK-2] [LINK-10] an episode comes whole after its last chunk, and is what its chunks said', async () => {
      link.publish(policy(1));
      link.credit(5000);
      const episode = await until('an episode', () => received.episodes[0]);
      const chunks = received.chunks.filter(({ id }) => id === episode.id);
      expect(chunks.at(-1)!.to).toBe(episode.length);
      expect(chunks.at(-1)!.end).toBe('truncated');
      const { poses } = isReplayable(episode) ? replay(env, episode)! : episode;
      expect(poses.length).toBe((episode.length + 1) * env.scene.bodies.length * POSE_SIZE);
      for (const column of COLUMN_NAMES.filter((c) => c !== 'poses')) {
        const sent = chunks.flatMap((chunk, i) => {
          const hasExtraRow = ['observations', 'positions'].includes(column);
          const width = column === 'observations' ? size : 3;
          return [...chunk[column].subarray(hasExtraRow && i > 0 ? width : 0)];
        });
        expect(sent, column).toEqual([...episode[column]]);
      }
    });

    it('[LINK-3] a newer policy reaches all that act', async () => {
      link.publish(policy(1));
      link.credit(500);
      await until('steps by the first', () => received.total >= 500);
      link.publish(policy(2));
      await until('steps by the second', () => {
        link.credit(50);
        return link.actors.length === 2 && link.actors.every((a) => a.policyVersion === 2);
      });
    });

    it('[LINK-4] [LINK-8] an actor that dies is followed by one with the newest policy, and its credit is made by others', async () => {
      link.publish(policy(1));
      link.publish(policy(2));
      link.credit(200);
      await until('steps', () => received.total > 0);
      await tested.kill();
      const begun = [...received.open];
      link.credit(4000);
      await until('all steps', () => received.total >= 4200);
      // Nothing waits for the rest of what the dead one had begun.
      await until('their end', () => !begun.some((id) => received.open.has(id)));
      await until('two actors again', () => link.actors.length === 2);
      const before = received.chunks.length;
      link.credit(500);
      await until('more', () => received.total >= 4700);
      expect(received.versions(before)).toEqual(new Set([2]));
    });

    it('[LINK-9] it says how many of the steps that it was allowed have not come', async () => {
      await until('both actors', () => link.actors.length === 2);
      link.credit(300);
      expect(link.awaited).toBe(300);
      link.publish(policy(1));
      await until('the steps', () => received.total >= 300);
      await until('none is awaited', () => link.awaited === 0);
    });

    it('[LINK-5] once it is closed it tells of nothing', async () => {
      link.publish(policy(1));
      link.credit(1e6);
      await until('steps', () => received.total > 100);
      await link.close();
      const { total } = received;
      await link.gone();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(received.total).toBe(total);
    });
  });
}
