/** PlanetScale's protocol before a local MySQL or MariaDB. */
export { createPlanetscaleFront, PLANETSCALE_PATH, type PlanetscaleFront } from './front.ts';
