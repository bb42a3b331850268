import { type OpenDatabase, requireAddress } from '../database-address.ts';
import { createMysqlDatabase } from '../mysql/mysql-database.ts';
import { createTcpDriver } from '../mysql/tcp.ts';

/** Opens any MySQL or MariaDB, over TCP. See {@link OpenDatabase}. */
export const openDatabase: OpenDatabase = async ({ url, polling }) =>
  createMysqlDatabase(await createTcpDriver(requireAddress(url, 'mysql')), polling);
