// Stands in for engine.io-client's table of transports in the widget's bundle.
import { WS } from '../../node_modules/engine.io-client/build/esm/transports/websocket.js';

export const transports = { websocket: WS };
