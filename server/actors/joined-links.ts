/** Several links as one: each gets of the credit what its actors are of all. */
import type { ActorLink } from './link.ts';

/** @param links the last one takes what nobody is there for yet */
export function joinLinks(...links: readonly ActorLink[]): ActorLink {
  const count = () => links.reduce((sum, link) => sum + link.count, 0);
  return {
    get actors() {
      return links.flatMap(({ actors }) => actors);
    },
    get count() {
      return count();
    },
    get awaited() {
      return links.reduce((sum, link) => sum + link.awaited, 0);
    },
    start(listener) {
      for (const link of links) link.start(listener);
    },
    publish(snapshot) {
      for (const link of links) link.publish(snapshot);
    },
    credit(steps) {
      const all = count();
      if (all === 0) links.at(-1)?.credit(steps);
      else for (const link of links) if (link.count > 0) link.credit((steps * link.count) / all);
    },
    async close() {
      await Promise.all(links.map((link) => link.close()));
    },
    async gone() {
      await Promise.all(links.map((link) => link.gone()));
    },
  };
}
