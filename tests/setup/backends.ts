import { loadBackend, type TensorFlowName } from '../../agent/backend/backend.ts';

/** The portable backends, and native where its addon is installed (`npm run native`). */
export async function installedBackends(): Promise<TensorFlowName[]> {
  const installed: TensorFlowName[] = [];
  // Native last: where it is missing, another is loaded for it and keeps that as its reason.
  for (const name of ['wasm', 'cpu', 'native'] as const)
    if ((await loadBackend({ prefer: name })).name === name) installed.push(name);
  return installed;
}
