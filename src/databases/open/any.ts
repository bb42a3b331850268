import { InternalError } from '../../errors/index.ts';
import {
  chooseProvider,
  type DatabaseProvider,
  type OpenDatabase,
  readAddress,
} from '../database-address.ts';

/** Opens whatever its configuration or its address says it is. Reaches every driver: a function takes the one of its provider. */
export const openDatabase: OpenDatabase = async (options) => {
  const provider = chooseProvider(options);
  if (provider === undefined) throw unreadable(readAddress(options.url).protocol);
  const opener = await openerOf(provider);
  return opener.openDatabase(options);
};

function unreadable(protocol: string): InternalError {
  return new InternalError(`Databases at ${protocol}// cannot be read by this version.`, {
    code: 'NOT_IMPLEMENTED',
  });
}

async function openerOf(provider: DatabaseProvider): Promise<{ openDatabase: OpenDatabase }> {
  switch (provider) {
    case 'neon':
      return import('./neon.ts');
    case 'postgres':
      return import('./postgres.ts');
    case 'planetscale':
      return import('./planetscale.ts');
    case 'mysql':
      return import('./mysql.ts');
    case 'upstash-redis':
      return import('./upstash-redis.ts');
  }
}
