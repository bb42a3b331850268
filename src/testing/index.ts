/** Floor 9: the local stack for the tests of an app. */
export { createWorld, type World, type WorldOptions } from './world.ts';
