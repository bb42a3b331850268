import { entry } from '../index.ts'; // reported: sideways
export const loadEnv = () => [process.env, entry];
