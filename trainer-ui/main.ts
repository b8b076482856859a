/**
 * The page's entry, in the order in which a person needs things: the socket first, so that the server sends how things
 * stand, the scene and the first frames while code is loaded; then the picture; then what stands around it, while the
 * picture's shaders are compiled.
 */
import { createClient } from './core/client.ts';
import { momentOf } from './core/moment.ts';

const client = createClient(window);
// A link to a moment opens there.
const moment = momentOf(window.location.hash);
if (moment) client.store.setState({ moment, tab: 'episodes' });
else await import('./live/picture.ts').then(({ beginPicture }) => beginPicture(client));
const { mountPage } = await import('./page.tsx');
mountPage(client);
