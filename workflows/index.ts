import { activation } from './activation.ts';
import { freemium } from './freemium.ts';
import { retention } from './retention.ts';

/** The durable definitions, by type of loop. A new type is a file and a line here. */
export const workflows = { activation, freemium, retention };
