import { HTTP_PATHS } from '@alcove/protocol';
import { agentHttpCommandSchema } from '@alcove/protocol/schemas';
import { Router } from 'express';
import { addressBlock, type ClientAddress } from '../../client-address.ts';
import type { Commands } from '../../commands/commands.ts';
import type { RememberingAuthenticator } from '../../verified-tokens.ts';
import { sendRefusal } from '../error-handler.ts';
import { bearerToken, jsonBody, parseBody, requestIdOf } from '../requests.ts';

interface AgentCommandRoutesOptions {
  authenticator: Pick<RememberingAuthenticator, 'knownAgent'>;
  clientAddress: ClientAddress;
  commands: Pick<Commands, 'executeAgent'>;
}

/** The agent's commands, for networks that block WebSocket: the same acks, ids and promises as on the socket. */
export function agentCommandRoutes(options: AgentCommandRoutesOptions): Router {
  const { authenticator, clientAddress, commands } = options;
  const router = Router();
  router.post(HTTP_PATHS.agentCommands, jsonBody, async (request, response) => {
    const principal = await authenticator.knownAgent(bearerToken(request));
    const { command, payload } = parseBody(agentHttpCommandSchema, request);
    const address = addressBlock(clientAddress(request));
    const ack = await commands.executeAgent(
      { principal, via: 'console', address },
      command,
      payload,
    );
    if (ack.ok) response.json(ack);
    else sendRefusal(response, { requestId: requestIdOf(response), ...ack });
  });
  return router;
}
