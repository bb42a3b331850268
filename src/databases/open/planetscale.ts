import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createMysqlDatabase } from '../mysql/mysql-database.ts';
import { createPlanetscaleDriver } from '../mysql/planetscale.ts';

/** Opens a database at PlanetScale, which is asked over HTTP; its address may be http(s):, as its client takes it. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async ({ url, polling }) =>
  createMysqlDatabase(await createPlanetscaleDriver(requireAddress(url, 'planetscale')), polling);
