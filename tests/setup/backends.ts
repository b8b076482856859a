import { type BackendName, loadBackend } from '../../agent/backend.ts';

/** The portable backends, and native where its addon is installed (`npm run native`). */
export async function installedBackends(): Promise<BackendName[]> {
  const { name } = await loadBackend({ prefer: 'native' });
  return name === 'native' ? ['wasm', 'cpu', 'native'] : ['wasm', 'cpu'];
}
