export { type Config, ConfigError, readConfig } from './config.ts';
export { createServer, type Server, type ServerOptions } from './create-server.ts';
export { createLogger } from './logger.ts';
export { openKeys } from './keys-file.ts';
export { defaultLimits, type Limits } from './limits.ts';
