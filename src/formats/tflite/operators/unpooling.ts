export { unpooling } from '../pooling-places.ts';
