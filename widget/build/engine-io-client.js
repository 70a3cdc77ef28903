// Stands in for engine.io-client's entry in the widget's bundle: what socket.io-client's manager and url module import.
export { Socket } from '../../node_modules/engine.io-client/build/esm/socket.js';
export { installTimerFunctions } from '../../node_modules/engine.io-client/build/esm/util.js';
export { parse } from '../../node_modules/engine.io-client/build/esm/contrib/parseuri.js';
export { nextTick } from '../../node_modules/engine.io-client/build/esm/globals.js';
export { WS as WebSocket } from '../../node_modules/engine.io-client/build/esm/transports/websocket.js';

// socket.io-client's entry passes these names on; nobody uses them, so they cost nothing.
export const Fetch = undefined;
export const NodeWebSocket = undefined;
export const NodeXHR = undefined;
export const WebTransport = undefined;
export const XHR = undefined;
