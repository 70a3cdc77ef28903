import { createId, type EventDraft } from '@alcove/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMongo, freshDatabase } from '../../testing/start-mongo.ts';
import { detailsOf, placeEvent, saidOf } from '../event-details.ts';
import { defineModels } from './collections.ts';
import { connect } from './connection.ts';
import { createRows } from './rows.ts';
import { startSweep } from './sweep.ts';
import { writeMongoContents } from './write-contents.ts';

const server = await findMongo();

const AT = new Date().toISOString();

describe.runIf(server)('contents of another store', () => {
  it('are not taken for something new: the sweep, which mends what was stored lately, leaves them alone', async () => {
    const url = freshDatabase(server ?? '');
    const target = await writeMongoContents(url);
    onTestFinished(() => target.close());
    await target.begin('source');
    const opened = {
      id: createId('cv'),
      visitorId: createId('vi'),
      contactId: createId('co'),
      clientConversationId: createId('cl'),
      createdAt: AT,
    };
    const draft: EventDraft = {
      type: 'message.created',
      clientEventId: createId('cl'),
      actor: { kind: 'visitor', id: opened.visitorId },
      via: 'widget',
      content: { kind: 'text', text: 'long ago' },
    };
    const event = placeEvent(
      { conversationId: opened.id, event: draft, at: AT },
      { seq: 1, at: AT },
    );
    const said = saidOf(draft.clientEventId, detailsOf(draft));
    const moved = { opened, events: [{ event, said }], cursors: [], moves: [] };
    await target.write([{ workspaceId: createId('ws'), ...moved }]);

    const connection = await connect(url);
    onTestFinished(() => connection.close());
    const models = defineModels(connection);
    const readDatabaseTime = async () => new Date();
    const sweep = startSweep({ models, rows: createRows(models), readDatabaseTime });
    onTestFinished(() => sweep.close());
    // Were it looked at, this row would be mended.
    await models.conversations.updateOne({ _id: opened.id }, { $set: { appliedSeq: 0 } });
    expect(await sweep.once()).toBe(0);
    const storedAt = new Date(Date.now() - 5000);
    await models.events.updateOne({ conversationId: opened.id }, { $set: { storedAt } });
    expect(await sweep.once(), 'what was stored lately is looked at').toBe(1);
  });
});
