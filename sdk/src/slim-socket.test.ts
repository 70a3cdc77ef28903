import { openSlimSocket } from './slim-socket.ts';
import { describeSocketContract } from './socket-contract.ts';

describeSocketContract('the slim socket', openSlimSocket);
