import { z } from 'zod';
import { WIRE_LIMITS } from '../limits.ts';
import { agentCommandSchemas, visitorCommandSchemas } from './commands.ts';
import {
  agentRoleSchema,
  agentSchema,
  allowedOriginsSchema,
  invitationSchema,
  widgetLookSchema,
  workspaceSchema,
} from './entities.ts';
import {
  asideLocaleSchema,
  asidePageSchema,
  atLeastOneOf,
  colourSchema,
  emailSchema,
  exactly,
  expected,
  expectedKind,
  flag,
  idSchema,
  listOf,
  moment,
  nameSchema,
  newPasswordSchema,
  object,
  passwordSchema,
  sentence,
  tokenSchema,
  wholeNumber,
} from './fields.ts';

/*
 * A schema is named for the type that it stands for, where what it means is written down.
 */

export const createVisitorSessionSchema = object({
  workspaceKey: idSchema,
  refreshToken: tokenSchema.optional(),
  name: nameSchema.optional(),
  email: emailSchema.optional(),
  page: asidePageSchema,
  locale: asideLocaleSchema,
});

export const visitorSessionSchema = object({
  visitorId: idSchema,
  accessToken: tokenSchema,
  accessExpiresAt: moment,
  refreshToken: tokenSchema,
  serverTime: moment,
});

/** The body of `POST /api/v1/visitor/commands`. */
export const visitorHttpCommandSchema = z.discriminatedUnion(
  'command',
  [
    command('hello.get'),
    command('message.send'),
    command('message.edit'),
    command('message.delete'),
    command('sync'),
    command('history'),
    command('heads'),
    command('cursor.advance'),
    command('typing.set'),
    command('session.renew'),
    command('contact.identify'),
    command('page.visit'),
  ],
  { error: expectedKind(`must be one of: ${Object.keys(visitorCommandSchemas).join(', ')}`) },
);

/** The body of `POST /api/v1/agent/commands`. */
export const agentHttpCommandSchema = z.discriminatedUnion(
  'command',
  [
    agentCommand('hello.get'),
    agentCommand('message.send'),
    agentCommand('message.edit'),
    agentCommand('message.delete'),
    agentCommand('sync'),
    agentCommand('history'),
    agentCommand('heads'),
    agentCommand('cursor.advance'),
    agentCommand('typing.set'),
    agentCommand('session.renew'),
    agentCommand('conversation.assign'),
    agentCommand('conversation.resolve'),
    agentCommand('conversation.reopen'),
    agentCommand('inbox.list'),
    agentCommand('inbox.sync'),
    agentCommand('inbox.get'),
    agentCommand('contact.get'),
    agentCommand('receipt.get'),
  ],
  { error: expectedKind(`must be one of: ${Object.keys(agentCommandSchemas).join(', ')}`) },
);

/** The query of `GET /api/v1/visitor/sync`, whose numbers arrive as text. */
export const visitorSyncQuerySchema = object({
  conversationId: idSchema,
  since: numeral(0),
  limit: numeral(1, WIRE_LIMITS.pageSize).optional(),
});

export const signInSchema = object({ email: emailSchema, password: passwordSchema });

export const agentSessionSchema = object({
  accessToken: tokenSchema,
  accessExpiresAt: moment,
  agent: agentSchema,
  workspace: workspaceSchema,
});

export const createInvitationSchema = object({ role: agentRoleSchema });

export const invitationCreatedSchema = object({ invitation: invitationSchema, url: sentence });

export const lookUpInvitationSchema = object({ token: tokenSchema });

export const invitationDetailsSchema = object({
  workspaceName: sentence,
  role: agentRoleSchema,
  expiresAt: moment,
});

export const acceptInvitationSchema = object({
  token: tokenSchema,
  name: nameSchema,
  email: emailSchema,
  password: newPasswordSchema,
});

export const invitationListSchema = object({ invitations: listOf(invitationSchema) });

export const agentListSchema = object({ agents: listOf(agentSchema) });

export const agentUpdatedSchema = object({ agent: agentSchema });

export const workspaceUpdatedSchema = object({ workspace: workspaceSchema });

export const updateAgentSchema = atLeastOneOf({
  name: nameSchema.optional(),
  role: agentRoleSchema.optional(),
  isDisabled: flag.optional(),
});

export const updateWorkspaceSchema = atLeastOneOf({
  name: nameSchema.optional(),
  look: widgetLookSchema.partial().optional(),
  allowedOrigins: allowedOriginsSchema.optional(),
});

export const widgetSettingsSchema = object({
  key: idSchema,
  name: nameSchema,
  side: widgetLookSchema.shape.side,
  theme: widgetLookSchema.shape.theme,
  accent: colourSchema,
  onAccent: colourSchema,
  accentHover: colourSchema,
  accentText: z.tuple([colourSchema, colourSchema]),
});

function command<Name extends keyof typeof visitorCommandSchemas>(name: Name) {
  return object({
    command: exactly(name),
    payload: visitorCommandSchemas[name],
    accessToken: tokenSchema.optional(),
  });
}

function agentCommand<Name extends keyof typeof agentCommandSchemas>(name: Name) {
  return object({ command: exactly(name), payload: agentCommandSchemas[name] });
}

function numeral(min: number, max?: number) {
  return z
    .string({ error: expected('must be a whole number') })
    .regex(/^\d{1,16}$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(wholeNumber(min, max));
}
