import path from 'node:path';
import './default-limits.mjs';
import './setup-node.ts';

// Programs that tests start get the same adapter.
const preload = path.join(import.meta.dirname, 'default-limits.mjs');
process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${preload}`;
