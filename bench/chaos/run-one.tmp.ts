import { runRow } from './run-row.ts';
const [file, name, form = 'quick', seed = '1'] = process.argv.slice(2);
const row = (await import(`./rows/${file}.ts`))[name ?? file ?? ''];
const result = await runRow(row, { seed: Number(seed), isQuick: form === 'quick' });
console.log(JSON.stringify(result, null, 1));
process.exit();
