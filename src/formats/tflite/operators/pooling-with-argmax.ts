export { poolingWithArgmax } from '../pooling-places.ts';
