import { openSqliteStorage } from './open-sqlite-storage.ts';

// A process for the tests to kill: `node open.test-program.ts <file>` opens the store, which brings its schema up to date,
// and says when it begins and when it is done.

const [file = ''] = process.argv.slice(2);
process.stdout.write('opening\n');
const storage = await openSqliteStorage({ file });
process.stdout.write('open\n');
await storage.close();
