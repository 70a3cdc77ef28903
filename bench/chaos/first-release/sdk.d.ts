export { createVisitorClient } from '@alcove/sdk';
export { createAgentClient } from '@alcove/sdk/agent';
