/**
 * The page's entry. The socket is opened first: while React and three.js are loaded and compiled, the
 * server already sends how things stand, the scene and the first frames.
 */
import { createClient } from './core/client.ts';

const page = import('./page.tsx');
const client = createClient(window);
page.then(({ mountPage }) => mountPage(client));
