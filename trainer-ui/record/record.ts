/** What a page asks of a recording: to begin somewhere, and to end. */
import { type Client, newId } from '../core/client.ts';
import { mayDrive, recordsHere } from '../core/store.ts';

/** A new episode, of a seed or not, or a step of an episode. */
export type RecordStart =
  | { readonly seed?: number }
  | { readonly episodeId: string; readonly step: number };

/** The person drives it on Live, from there. */
export function beginRecording(client: Client, from: RecordStart): void {
  client.send({ type: 'control', id: newId(), action: 'record', from });
  client.store.setState({ tab: 'live', choosesStart: false });
}

export function endRecording(client: Client): void {
  client.send({ type: 'control', id: newId(), action: 'end-recording' });
}

/** Ends it, or asks where one is to begin. False where nobody may drive. */
export function toggleRecording(client: Client): boolean {
  const state = client.store.getState();
  if (!mayDrive(state)) return false;
  if (recordsHere(state)) endRecording(client);
  else client.store.setState({ choosesStart: !state.choosesStart });
  return true;
}

/** The moment `seconds` ago in the episode on screen, or its start; undefined: nothing was driven yet. */
export function momentAgo(client: Client, seconds: number): RecordStart | undefined {
  const { status, welcome } = client.store.getState();
  const { shown } = client.frames;
  if (!status || !welcome || !shown || shown.episodeNumber !== status.episodeNumber)
    return undefined;
  const steps = Math.round(seconds / welcome.environment.controlDt);
  return { episodeId: status.episodeId, step: Math.max(0, shown.step - steps) };
}
