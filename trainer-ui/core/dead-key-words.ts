/** What is said to a press that means nothing on a screen. */
import {
  CLIPS,
  COMPARE,
  firstKey,
  keyLabel,
  LIVE,
  MARKS,
  PAGE,
  RECORDED,
  REPLAY,
  takeOverKeys,
} from './bindings.ts';
import type { AppState, Tab } from './store.ts';

type Controls = NonNullable<AppState['welcome']>['environment']['controls'];
const ANYWHERE = `${firstKey(PAGE.goal)} shows the goal, ${firstKey(PAGE.help)} all keys.`;

/** `isLooking`: people neither drive nor reward here. */
export function deadKeyWords(
  key: string,
  screen: Tab,
  controls: Controls,
  isLooking = false,
): string {
  const nothing = `${keyLabel(key)} does nothing here.`;
  switch (screen) {
    case 'live':
      if (isLooking)
        return `${nothing} People only look on: ${firstKey(LIVE.pause)} pauses, ${firstKey(LIVE.estop)} stops. ${ANYWHERE}`;
      return `${nothing} ${takeOverKeys(controls).join(' ')} drive while held, + and − reward, ${firstKey(LIVE.pause)} pauses, ${firstKey(LIVE.estop)} stops. ${ANYWHERE}`;
    case 'compare':
      return `${nothing} ${firstKey(COMPARE.a)} and ${firstKey(COMPARE.b)} choose, ${firstKey(COMPARE.equal)} is equal, ${firstKey(COMPARE.incomparable)} can’t tell, ${firstKey(COMPARE.skip)} skips, ${firstKey(CLIPS.undo)} undoes. ${ANYWHERE}`;
    case 'episodes':
      return `${nothing} ${firstKey(REPLAY.play)} plays and pauses, ${firstKey(REPLAY.back)} and ${firstKey(REPLAY.on)} go one step, ${firstKey(MARKS.good)} and ${firstKey(MARKS.bad)} mark, ${firstKey(RECORDED.redo)} drives it better. ${ANYWHERE}`;
    case 'learning':
    case 'people':
    case 'runs':
      return `${nothing} ${ANYWHERE}`;
  }
}
