/**
 * The page's entry. The socket is opened first: while React and three.js are loaded and compiled, the
 * server already sends how things stand, the scene and the first frames.
 */
import { createClient } from './core/client.ts';
import { momentOf } from './core/moment.ts';

const page = import('./page.tsx');
const client = createClient(window);
// A link to a moment opens there.
const moment = momentOf(window.location.hash);
if (moment) client.store.setState({ moment, tab: 'episodes' });
page.then(({ mountPage }) => mountPage(client));
