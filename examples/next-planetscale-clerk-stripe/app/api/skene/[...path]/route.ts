import { skene } from '@skene/sdk/next';
import { compiled } from '@/compiled';

export const maxDuration = 60;
export const { GET, POST } = skene(compiled);
