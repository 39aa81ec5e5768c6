import { build } from 'rolldown';
import config from '../rolldown.config.mjs';

// Rolldown's own command would list every file that it writes, in front of what `npm start` has to say.
await build(config);
