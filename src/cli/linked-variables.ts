import { createEnv, type EnvSource } from '../env/index.ts';
import { findLink } from './credentials.ts';

const ADDRESSES = ['SKENE_URL', 'VERCEL_URL', 'VERCEL_PROJECT_PRODUCTION_URL'] as const;

/**
 * Variables, with the address and the secret of the deployment that this folder is linked to where they name none. The secret is only ever
 * taken together with the address it belongs to; what is set already is never overwritten, and a preview is another deployment.
 */
export function withLink(variables: EnvSource): EnvSource {
  const isSet = (name: string): boolean => (variables[name]?.trim() ?? '') !== '';
  if (variables.VERCEL_ENV === 'preview' || (isSet('SKENE_URL') && isSet('SKENE_SECRET'))) return variables;
  const link = findLink();
  if (link === undefined) return variables;
  const addressed = ADDRESSES.some(isSet) ? variables : { ...variables, SKENE_URL: link.url };
  const isIts = createEnv(addressed).functionsUrl === link.url;
  return isIts && !isSet('SKENE_SECRET') ? { ...addressed, SKENE_SECRET: link.token } : addressed;
}
