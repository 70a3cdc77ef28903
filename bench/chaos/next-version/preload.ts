// Loaded before a server (`node --import`): makes it one of the next version.
import { changeSource } from '../change-source.ts';
import { nextVersion } from './next-version.ts';

changeSource('the next version', nextVersion);
