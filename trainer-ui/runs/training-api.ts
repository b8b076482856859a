/** Trainings that the server runs for the page (server/connection/training-routes.ts). */

import type { TrainingList, TrainingWanted } from '../../server/protocol/index.ts';
import { get, post } from '../core/http.ts';

export const listTrainings = async () =>
  (await (await get('api/trainings')).json()) as TrainingList;
export const startTraining = (wanted: TrainingWanted) => post('api/trainings', wanted);
export const stopTraining = (name: string) => post(`api/trainings/${name}/stop`, {});
export const goOnTraining = (name: string) => post(`api/trainings/${name}/resume`, {});
export const branchTraining = (name: string, more: { steps: number; labels: number }) =>
  post(`api/trainings/${name}/branch`, more);
