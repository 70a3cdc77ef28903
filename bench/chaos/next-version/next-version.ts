import type { Change } from '../change-source.ts';

/** Types of events that only the next version knows: visitors see the first, agents both. */
export const NEW_EVENTS = ['message.reacted', 'conversation.tagged'] as const;

/** A signal that only the next version knows. */
export const NEW_SIGNAL = 'conversation.heated';

/** A kind of content that only the next version knows. */
export const NEW_CONTENT = 'card';

const log = 'server/src/domain/conversation-log.ts';

/**
 * Makes the version after this one out of the server's source: all that a version may add, sent among the rest, and a
 * change of the schema. Every third message is followed by something new, which its author is said to have done.
 */
export const nextVersion: readonly Change[] = [
  {
    file: 'protocol/src/version.ts',
    find: 'PROTOCOL_VERSION = 1;',
    replace: 'PROTOCOL_VERSION = 2;',
  },
  {
    file: 'protocol/src/audience.ts',
    find: "'conversation.status_changed': 'everyone',",
    replace: `'conversation.status_changed': 'everyone',
      '${NEW_EVENTS[0]}': 'everyone',
      '${NEW_EVENTS[1]}': 'agents',`,
  },
  {
    file: log,
    find: 'publisher.event(scope, presentAppended(result.event, result.visitorPrev, agents));',
    replace: `publisher.event(scope, presentAppended(result.event, result.visitorPrev, agents));
      if (act.type === 'message.created' && result.event.seq % 3 === 0) {
        const { seq, clientEventId } = result.event;
        const news = [
          { type: '${NEW_EVENTS[0]}', messageSeq: seq, emoji: '+1' },
          { type: '${NEW_EVENTS[1]}', tag: 'new' },
          { type: 'message.created', content: { kind: '${NEW_CONTENT}', title: 'new' } },
        ];
        const { conversations } = storage.forWorkspace(scope.workspaceId);
        conversations
          .append({
            conversationId: scope.conversationId,
            event: { ...news[(seq / 3) % 3], clientEventId: clientEventId + ':n', actor: actorOf(principal), via },
            at: toIso(clock.now()),
          })
          .then(
            ({ outcome, event, visitorPrev }) =>
              outcome === 'appended' && publisher.event(scope, presentAppended(event, visitorPrev, agents)),
            () => undefined,
          );
      }`,
  },
  {
    file: log,
    find: 'return { conversationId: scope.conversationId, eventId, seq, at, duplicate };',
    replace:
      'return { conversationId: scope.conversationId, eventId, seq, at, duplicate, novelty: true };',
  },
  {
    file: 'server/src/domain/present.ts',
    find: 'return unknownEvent(base, event);',
    replace: 'return { ...event, ...base };',
  },
  {
    file: 'server/src/domain/greetings.ts',
    find: 'return { protocol: PROTOCOL_VERSION, serverTime, visitorId,',
    replace: 'return { novelty: {}, protocol: PROTOCOL_VERSION, serverTime, visitorId,',
  },
  {
    file: 'server/src/transport/realtime/publisher.ts',
    find: "agents.to(roomOfAgents(workspaceId)).emit('event', event.agents);",
    replace: `agents.to(roomOfAgents(workspaceId)).emit('event', event.agents);
        const heat = { type: '${NEW_SIGNAL}', conversationId: event.agents.conversationId, heat: 1 };
        agents.to(roomOfAgents(workspaceId)).emit('signal', heat);
        visitors.to(roomOfVisitor(workspaceId, visitorId)).emit('signal', heat);`,
  },
  {
    // As a step may be: many writes, each of which may be the last before it is killed. It takes its time, and says how far it is.
    file: 'server/src/storage/mongo/prepare.ts',
    find: '  async () => undefined,\n];',
    replace: `  async () => undefined,
  async ({ conversations: { collection } }) => {
    const total = await collection.countDocuments({});
    let todo = await collection.countDocuments({ topic: { $exists: false } });
    for await (const { _id } of collection.find({ topic: { $exists: false } }, { projection: { _id: 1 } })) {
      process.stdout.write('migrating ' + todo-- + ' of ' + total + '\\n');
      await collection.updateOne({ _id }, { $set: { topic: '' } });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  },
];`,
  },
];
