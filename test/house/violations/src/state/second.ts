import { readFileSync } from 'node:fs';
import type { Redis } from '@upstash/redis';
import { Client } from '@upstash/qstash'; // reported: package
import { verifySignature } from '@upstash/qstash/nextjs'; // reported: package
export const use = (redis: Redis) => [redis, readFileSync, Client, verifySignature];
