// Prints, as a line of JSON, the adapter that Dawn offers: find-adapter.js hardware|software. Fails where there is none.
import { openGpu } from 'quadot/node';

const gpu = await openGpu({ gpu: process.argv[2] as 'hardware' | 'software' });
const { vendor, architecture, device, description } = (await gpu.requestAdapter())!.info;
console.log(JSON.stringify({ kind: process.argv[2], vendor, architecture, device, description }));
// A driver may keep the process alive.
process.exit();
