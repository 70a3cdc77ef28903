import type { z } from 'zod';
import type * as protocol from '../index.ts';
import type * as schemas from '../schemas.ts';

/*
 * The types are written by hand, since inferred ones would drag the validator's types into every client. Here the
 * compiler holds both against each other: a field that only one side has, or has otherwise, is an error in this file.
 */

type Expect<Truth extends true> = Truth;

type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Irons out how a type was written (interface, intersection, mapped), and keeps what it says. */
type Plain<T> = T extends object ? { [Key in keyof T]: Plain<T[Key]> } : T;

type Same<Schema extends keyof typeof schemas, Type> =
  (typeof schemas)[Schema] extends z.ZodType<infer Output>
    ? Equal<Plain<Output>, Plain<Type>>
    : false;

export type Entities = [
  Expect<Same<'actorSchema', protocol.Actor>>,
  Expect<Same<'contentSchema', protocol.Content>>,
  Expect<Same<'sendableContentSchema', protocol.SendableContent>>,
  Expect<Same<'viaSchema', protocol.Via>>,
  Expect<Same<'statusSchema', protocol.ConversationStatus>>,
  Expect<Same<'assigneeSchema', protocol.Assignee>>,
  Expect<Same<'messagePreviewSchema', protocol.MessagePreview>>,
  Expect<Same<'conversationRowSchema', protocol.ConversationRow>>,
  Expect<Same<'contactSummarySchema', protocol.ContactSummary>>,
  Expect<Same<'contactSchema', protocol.Contact>>,
  Expect<Same<'pageSchema', protocol.Page>>,
  Expect<Same<'inboxRowSchema', protocol.InboxRow>>,
  Expect<Same<'cursorSchema', protocol.Cursor>>,
  Expect<Same<'receiptSchema', protocol.Receipt>>,
  Expect<Same<'visitorConversationSchema', protocol.VisitorConversation>>,
  Expect<Same<'agentRoleSchema', protocol.AgentRole>>,
  Expect<Same<'agentSchema', protocol.Agent>>,
  Expect<Same<'invitationSchema', protocol.Invitation>>,
  Expect<Same<'widgetLookSchema', protocol.WidgetLook>>,
  Expect<Same<'workspaceSchema', protocol.Workspace>>,
  Expect<Same<'inboxViewSchema', protocol.InboxView>>,
  Expect<Same<'inboxCountsSchema', protocol.InboxCounts>>,
  Expect<Same<'presenceStatusSchema', protocol.PresenceStatus>>,
];

export type EventsAndSignals = [
  Expect<Same<'messageCreatedSchema', protocol.MessageCreated>>,
  Expect<Same<'messageEditedSchema', protocol.MessageEdited>>,
  Expect<Same<'messageDeletedSchema', protocol.MessageDeleted>>,
  Expect<Same<'conversationAssignedSchema', protocol.ConversationAssigned>>,
  Expect<Same<'conversationStatusChangedSchema', protocol.ConversationStatusChanged>>,
  Expect<Same<'conversationEventSchema', protocol.ConversationEvent>>,
  Expect<Same<'signalSchema', protocol.Signal>>,
];

export type Commands = [
  Expect<Same<'sendMessageSchema', protocol.SendMessage>>,
  Expect<Same<'editMessageSchema', protocol.EditMessage>>,
  Expect<Same<'deleteMessageSchema', protocol.DeleteMessage>>,
  Expect<Same<'syncSchema', protocol.Sync>>,
  Expect<Same<'historySchema', protocol.History>>,
  Expect<Same<'headsSchema', protocol.Heads>>,
  Expect<Same<'advanceCursorSchema', protocol.AdvanceCursor>>,
  Expect<Same<'setTypingSchema', protocol.SetTyping>>,
  Expect<Same<'renewSessionSchema', protocol.RenewSession>>,
  Expect<Same<'identifyContactSchema', protocol.IdentifyContact>>,
  Expect<Same<'pageSchema', protocol.VisitPage>>,
  Expect<Same<'assignConversationSchema', protocol.AssignConversation>>,
  Expect<Same<'changeStatusSchema', protocol.ChangeStatus>>,
  Expect<Same<'listInboxSchema', protocol.ListInbox>>,
  Expect<Same<'syncInboxSchema', protocol.SyncInbox>>,
  Expect<Same<'getInboxRowsSchema', protocol.GetInboxRows>>,
  Expect<Same<'getReceiptSchema', protocol.GetReceipt>>,
  Expect<Same<'getContactSchema', protocol.GetContact>>,
  Expect<Same<'handshakeSchema', protocol.Handshake>>,
];

export type Answers = [
  Expect<Same<'refusalSchema', protocol.Refusal>>,
  Expect<Same<'appendedSchema', protocol.Appended>>,
  Expect<Same<'syncResultSchema', protocol.SyncResult>>,
  Expect<Same<'historyResultSchema', protocol.HistoryResult>>,
  Expect<Same<'headsResultSchema', protocol.HeadsResult>>,
  Expect<Same<'cursorResultSchema', protocol.CursorResult>>,
  Expect<Same<'sessionRenewedSchema', protocol.SessionRenewed>>,
  Expect<Same<'contactIdentifiedSchema', protocol.ContactIdentified>>,
  Expect<Same<'listInboxResultSchema', protocol.ListInboxResult>>,
  Expect<Same<'syncInboxResultSchema', protocol.SyncInboxResult>>,
  Expect<Same<'inboxRowsResultSchema', protocol.InboxRowsResult>>,
  Expect<Same<'messageReceiptSchema', protocol.MessageReceipt>>,
  Expect<Same<'receiptResultSchema', protocol.ReceiptResult>>,
  Expect<Same<'contactResultSchema', protocol.ContactResult>>,
  Expect<Same<'visitorHelloSchema', protocol.VisitorHello>>,
  Expect<Same<'agentHelloSchema', protocol.AgentHello>>,
];

export type Http = [
  Expect<Same<'createVisitorSessionSchema', protocol.CreateVisitorSession>>,
  Expect<Same<'visitorSessionSchema', protocol.VisitorSession>>,
  Expect<Same<'visitorHttpCommandSchema', protocol.VisitorHttpCommand>>,
  Expect<Same<'agentHttpCommandSchema', protocol.AgentHttpCommand>>,
  Expect<Same<'visitorSyncQuerySchema', protocol.Sync>>,
  Expect<Same<'signInSchema', protocol.SignIn>>,
  Expect<Same<'agentSessionSchema', protocol.AgentSession>>,
  Expect<Same<'createInvitationSchema', protocol.CreateInvitation>>,
  Expect<Same<'invitationCreatedSchema', protocol.InvitationCreated>>,
  Expect<Same<'lookUpInvitationSchema', protocol.LookUpInvitation>>,
  Expect<Same<'invitationDetailsSchema', protocol.InvitationDetails>>,
  Expect<Same<'acceptInvitationSchema', protocol.AcceptInvitation>>,
  Expect<Same<'invitationListSchema', protocol.InvitationList>>,
  Expect<Same<'agentListSchema', protocol.AgentList>>,
  Expect<Same<'agentUpdatedSchema', protocol.AgentUpdated>>,
  Expect<Same<'workspaceUpdatedSchema', protocol.WorkspaceUpdated>>,
  Expect<Same<'updateAgentSchema', protocol.UpdateAgent>>,
  Expect<Same<'updateWorkspaceSchema', protocol.UpdateWorkspace>>,
  Expect<Same<'widgetSettingsSchema', protocol.WidgetSettings>>,
];
