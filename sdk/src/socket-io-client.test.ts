import { describeSocketContract } from './socket-contract.ts';
import { openSocketIoClient } from './socket-io-client.ts';

describeSocketContract('socket.io-client', openSocketIoClient);
