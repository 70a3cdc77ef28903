-- What a server of the first release (commit 1dc9616, 22 November 2026) left in its file: two agents and an invitation, four visitors
-- and what they said, in the tables and rows as it wrote them. Dumped once, and not touched since.
CREATE TABLE workspaces (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    look TEXT NOT NULL, -- JSON
    allowed_origins TEXT NOT NULL, -- JSON
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    family_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    rotated_at TEXT,
    revoked_at TEXT
  ) STRICT, WITHOUT ROWID;
CREATE TABLE agents (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    is_disabled INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, account_id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE invitations (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (workspace_id, id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE contacts (
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    page TEXT, -- JSON
    user_agent TEXT,
    locale TEXT,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE visitors (
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    id TEXT NOT NULL,
    visitor_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    client_conversation_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee TEXT, -- JSON
    assignee_key TEXT NOT NULL, -- who the assignee is, in one word: see assigneeKey
    last_activity_at TEXT NOT NULL,
    applied_seq INTEGER NOT NULL,
    visitor_seq INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    visitor_message_count INTEGER NOT NULL,
    last_message TEXT, -- JSON
    last_visitor_message_seq INTEGER NOT NULL,
    last_team_message_seq INTEGER NOT NULL,
    unanswered_count INTEGER NOT NULL,
    waiting_since TEXT,
    change INTEGER NOT NULL, -- counts the changes of the workspace's conversations: when this one last changed
    UNIQUE (workspace_id, id),
    UNIQUE (workspace_id, visitor_id, client_conversation_id),
    FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitors (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id)
  ) STRICT;
CREATE TABLE conversation_counts (
    workspace_id TEXT NOT NULL,
    status TEXT NOT NULL,
    assignee_key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, status, assignee_key)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    via TEXT NOT NULL,
    client_event_id TEXT NOT NULL,
    details TEXT NOT NULL, -- JSON with sorted keys: what this type of event has beside the columns
    is_visible INTEGER NOT NULL, -- to the visitor
    visitor_prev INTEGER NOT NULL,
    message_count INTEGER NOT NULL, -- up to this event: the messages between two events are a subtraction
    visitor_message_count INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, actor_kind, actor_id, client_event_id)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (
    conversation INTEGER NOT NULL REFERENCES conversations (number),
    participant_kind TEXT NOT NULL,
    participant_id TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    delivered_at TEXT,
    read INTEGER NOT NULL,
    read_at TEXT,
    PRIMARY KEY (conversation, participant_kind, participant_id)
  ) STRICT, WITHOUT ROWID;
PRAGMA foreign_keys = OFF;
BEGIN;
INSERT INTO workspaces VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'wk_ty2d9d295vghwryry6ks5msg', 'My workspace', '{"colour":"#0b6b62","side":"end","theme":"auto"}', '[]', '2026-11-23T06:37:51.751Z');
INSERT INTO accounts VALUES ('ac_93bvwrvn772n908wxe7t0g0k', 'front-desk@shop.example', 'scrypt$N=2,r=1,p=1$Fm32Y9dSNQDTRodldkNUdQ$1-YoUzYNG4DaY1EJynQ7U90Z8kTCf0yBa7diad-kOdw', '2026-11-23T06:38:13.027Z');
INSERT INTO accounts VALUES ('ac_f3a1jfrb2ph82nb1a9phv5mt', 'back-office@shop.example', 'scrypt$N=2,r=1,p=1$43NAaK2I6sGrSTcwyjK8NA$zO_2Y98zESp51HZl_CBvxgZV9OLvASnqAtALOyWmeJY', '2026-11-23T06:38:26.489Z');
INSERT INTO sessions VALUES ('MUPibWYliu9jl_SUDu8yCEcfvqMXQIUZNX_kwxZjTJQ', 'se_dfgy6wf7vaxpnsgdcq7xbgem', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 'visitor', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:38:50.373Z', '2027-11-23T06:38:50.373Z', NULL, NULL);
INSERT INTO sessions VALUES ('P5Ch2YMYeMZ86OAdkuQF5Y8PGV_EqE2GNGbIP5qnMcA', 'se_twbh4cs450xt2r8k906wwmpj', 'ac_93bvwrvn772n908wxe7t0g0k', 'agent', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:38:17.210Z', '2026-12-23T06:38:17.210Z', NULL, NULL);
INSERT INTO sessions VALUES ('Q4n5aYfYTKaLvn3A8pPcrND0NTcfS8S3uFhehXb5oC0', 'se_k8cnrnfq0r5xc46zrj5zd351', 'vi_fhkbqwf9az09zw710nxq9xgt', 'visitor', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:39:20.779Z', '2027-11-23T06:39:20.779Z', NULL, NULL);
INSERT INTO sessions VALUES ('c5iOruHHlJrlZxz1QBwHXVpOc__JuGEyBP8to1C8UOc', 'se_424yhvy3anpg01ymv263v5bm', 'ac_f3a1jfrb2ph82nb1a9phv5mt', 'agent', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:38:26.494Z', '2026-12-23T06:38:26.494Z', NULL, NULL);
INSERT INTO sessions VALUES ('iDCgWcAPUYXkGPithrK4NEY4ARgg8d6ItNVmhbdQ0W8', 'se_gwqh9hjy51em35pttvxm0xmp', 'vi_h0r14q5eg4kbvtmdvcz958nk', 'visitor', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:39:09.547Z', '2027-11-23T06:39:09.547Z', NULL, NULL);
INSERT INTO sessions VALUES ('xwq4dtKT3xBRvvjRv-fGuerGoRx1cfGxiqZvj_FyKxo', 'se_0kmdbg9ek8mk1av4t2r2r3bg', 'vi_2a1qe3g27z2fnexsks4d3v9q', 'visitor', 'ws_gtx17yzwdzek8g8nxccm93z8', '2026-11-23T06:39:24.965Z', '2027-11-23T06:39:24.965Z', NULL, NULL);
INSERT INTO agents VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'ac_93bvwrvn772n908wxe7t0g0k', 'Front desk', 'front-desk@shop.example', 'owner', 0, '2026-11-23T06:38:11.227Z');
INSERT INTO agents VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'ag_9akcb7zgr527ayzesshhebvw', 'ac_f3a1jfrb2ph82nb1a9phv5mt', 'Back office', 'back-office@shop.example', 'agent', 0, '2026-11-23T06:38:26.486Z');
INSERT INTO invitations VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'in_hhv9mt2n8a0729ygrnxdmzkb', 'jJd5OKOTk9iErJpRzQiI6NLHgALafpvDW6H1N63Rdi0', 'owner', '2026-11-23T06:37:53.269Z', '2026-11-30T06:37:53.269Z', '2026-11-23T06:38:11.227Z');
INSERT INTO invitations VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'in_s1gck2ab9r1xh6ajwbyxxfed', 'vFco3SP2eOHA-w9wacmD6NYLjwpg94WasVV9hFVSvLc', 'agent', '2026-11-23T06:38:26.694Z', '2026-11-30T06:38:26.694Z', NULL);
INSERT INTO invitations VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'in_ynhvsbrf8gm53cpyb6azc3qw', 'TpOM11DlsmEjINNVgo4U3T0bJ2DoHrDQlgxrHMTwgRc', 'agent', '2026-11-23T06:38:25.092Z', '2026-11-30T06:38:25.092Z', '2026-11-23T06:38:26.486Z');
INSERT INTO contacts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'co_6kgt6mhqm1kt3htn9cb0s8jc', NULL, NULL, '{"url":"https://shop.example/cart","title":"Cart"}', 'node', 'en-US', '2026-11-23T06:39:24.954Z', '2026-11-23T06:39:25.042Z');
INSERT INTO contacts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'co_j0kspe0tv02p33xbeymwxtmb', NULL, NULL, '{"url":"https://shop.example/cart","title":"Cart"}', 'node', 'en-US', '2026-11-23T06:38:49.912Z', '2026-11-23T06:39:09.547Z');
INSERT INTO contacts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'co_n2b4amq826fxjmb5n5v6hr2c', 'A regular', 'regular@shop.example', '{"url":"https://shop.example/cart","title":"Cart"}', 'node', 'en-US', '2026-11-23T06:39:09.026Z', '2026-11-23T06:39:20.639Z');
INSERT INTO contacts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'co_nhkky9zfwttrd6nvpwzdr3px', NULL, NULL, '{"url":"https://shop.example/cart","title":"Cart"}', 'node', 'en-US', '2026-11-23T06:39:20.638Z', '2026-11-23T06:39:24.962Z');
INSERT INTO visitors VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'vi_2a1qe3g27z2fnexsks4d3v9q', 'co_6kgt6mhqm1kt3htn9cb0s8jc', '2026-11-23T06:39:24.954Z');
INSERT INTO visitors VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'vi_fhkbqwf9az09zw710nxq9xgt', 'co_nhkky9zfwttrd6nvpwzdr3px', '2026-11-23T06:39:20.638Z');
INSERT INTO visitors VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'vi_h0r14q5eg4kbvtmdvcz958nk', 'co_n2b4amq826fxjmb5n5v6hr2c', '2026-11-23T06:39:09.026Z');
INSERT INTO visitors VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 'co_j0kspe0tv02p33xbeymwxtmb', '2026-11-23T06:38:49.912Z');
INSERT INTO conversations VALUES (1, 'ws_gtx17yzwdzek8g8nxccm93z8', 'cv_jrmhebxntj8rwzty4280mr9s', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 'co_j0kspe0tv02p33xbeymwxtmb', 'cl_pj0jkvqbk0knen3k6pz8rsjz', '2026-11-23T06:38:53.746Z', 'resolved', '{"agentId":"ag_9akcb7zgr527ayzesshhebvw"}', 'ag_9akcb7zgr527ayzesshhebvw', '2026-11-23T06:39:05.710Z', 5, 5, 3, 2, '{"seq":3,"actor":{"kind":"visitor","id":"vi_m4qzqwbjv4v1qbhvrxcyf5rv"},"text":"Thank you 😀","at":"2026-11-23T06:39:01.020Z"}', 3, 2, 0, NULL, 5);
INSERT INTO conversations VALUES (2, 'ws_gtx17yzwdzek8g8nxccm93z8', 'cv_39n2vyswd1t1knqqkphf569a', 'vi_h0r14q5eg4kbvtmdvcz958nk', 'co_n2b4amq826fxjmb5n5v6hr2c', 'cl_p20r89nwfcr85q0n8w5xdfmb', '2026-11-23T06:39:13.996Z', 'open', NULL, '', '2026-11-23T06:39:18.289Z', 5, 5, 3, 1, '{"seq":3,"actor":{"kind":"agent","id":"ag_814jzjzjrvp0ppqj4rmyf08p"},"text":"Here is the number: 12345","at":"2026-11-23T06:39:16.360Z"}', 1, 3, 0, NULL, 10);
INSERT INTO conversations VALUES (3, 'ws_gtx17yzwdzek8g8nxccm93z8', 'cv_cwvnbdcm1pd6cvg2525ef3kk', 'vi_fhkbqwf9az09zw710nxq9xgt', 'co_nhkky9zfwttrd6nvpwzdr3px', 'cl_b8f3nhsde74a3zpnmhvns1y7', '2026-11-23T06:39:21.144Z', 'open', NULL, '', '2026-11-23T06:39:22.293Z', 2, 2, 2, 1, '{"seq":2,"actor":{"kind":"agent","id":"ag_814jzjzjrvp0ppqj4rmyf08p"},"text":"That was long.","at":"2026-11-23T06:39:22.293Z"}', 1, 2, 0, NULL, 12);
INSERT INTO conversations VALUES (4, 'ws_gtx17yzwdzek8g8nxccm93z8', 'cv_9kyhyek2mjcjzjdqeakrmad0', 'vi_2a1qe3g27z2fnexsks4d3v9q', 'co_6kgt6mhqm1kt3htn9cb0s8jc', 'cl_0gfayg4g008eag9te53nyett', '2026-11-23T06:39:25.060Z', 'open', NULL, '', '2026-11-23T06:39:25.093Z', 1, 1, 1, 1, '{"seq":1,"actor":{"kind":"visitor","id":"vi_2a1qe3g27z2fnexsks4d3v9q"},"text":"Is anybody there?","at":"2026-11-23T06:39:25.093Z"}', 1, 0, 1, '2026-11-23T06:39:25.093Z', 13);
INSERT INTO conversation_counts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'open', '', 3);
INSERT INTO conversation_counts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'open', 'ag_9akcb7zgr527ayzesshhebvw', 0);
INSERT INTO conversation_counts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'resolved', '', 0);
INSERT INTO conversation_counts VALUES ('ws_gtx17yzwdzek8g8nxccm93z8', 'resolved', 'ag_9akcb7zgr527ayzesshhebvw', 1);
INSERT INTO events VALUES (1, 1, 'message.created', '2026-11-23T06:38:54.400Z', 'visitor', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 'widget', 'cl_v0059tfjd99nyt3yz2qd6tcj', '{"content":{"kind":"text","text":"Do you ship to Norway?"}}', 1, 0, 1, 1);
INSERT INTO events VALUES (1, 2, 'message.created', '2026-11-23T06:38:57.916Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_zz25rvga85ymamjdspj4a2gn', '{"content":{"kind":"text","text":"We do, in three days."}}', 1, 1, 2, 1);
INSERT INTO events VALUES (1, 3, 'message.created', '2026-11-23T06:39:01.020Z', 'visitor', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 'widget', 'cl_r9n633qq3sqff6msev91x2qb', '{"content":{"kind":"text","text":"Thank you 😀"}}', 1, 2, 3, 2);
INSERT INTO events VALUES (1, 4, 'conversation.assigned', '2026-11-23T06:39:03.674Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_bz0ap7t5c6vem2bz5bz299kx', '{"assignee":{"agentId":"ag_9akcb7zgr527ayzesshhebvw"}}', 0, 3, 3, 2);
INSERT INTO events VALUES (1, 5, 'conversation.status_changed', '2026-11-23T06:39:05.710Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_m08mhtvrh0yqfxcre1fv81dw', '{"status":"resolved"}', 1, 3, 3, 2);
INSERT INTO events VALUES (2, 1, 'message.created', '2026-11-23T06:39:14.718Z', 'visitor', 'vi_h0r14q5eg4kbvtmdvcz958nk', 'widget', 'cl_71wpj43ezyw4bqksk6wwgjr4', '{"content":{"kind":"text","text":"مرحبا، أين طلبي؟"}}', 1, 0, 1, 1);
INSERT INTO events VALUES (2, 2, 'message.created', '2026-11-23T06:39:15.959Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_hgkc854z67yzedya33cj9j43', '{"content":{"kind":"text","text":"It left yesterday."}}', 1, 1, 2, 1);
INSERT INTO events VALUES (2, 3, 'message.created', '2026-11-23T06:39:16.360Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_hvy8ybqk03hbm7j1c0hsrzz4', '{"content":{"kind":"text","text":"Here is the number: 12345"}}', 1, 2, 3, 1);
INSERT INTO events VALUES (2, 4, 'conversation.status_changed', '2026-11-23T06:39:16.898Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_7zsrpkpa12kjss7ekxj1h0et', '{"status":"resolved"}', 1, 3, 3, 1);
INSERT INTO events VALUES (2, 5, 'conversation.status_changed', '2026-11-23T06:39:18.289Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_anz0tce4b2n0472agesepxsd', '{"status":"open"}', 1, 4, 3, 1);
INSERT INTO events VALUES (3, 1, 'message.created', '2026-11-23T06:39:21.177Z', 'visitor', 'vi_fhkbqwf9az09zw710nxq9xgt', 'widget', 'cl_hatvhrz8xfxqtg3ep3zpcdvh', '{"content":{"kind":"text","text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}}', 1, 0, 1, 1);
INSERT INTO events VALUES (3, 2, 'message.created', '2026-11-23T06:39:22.293Z', 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 'console', 'cl_69j25b6vkh96q54fvnh6f100', '{"content":{"kind":"text","text":"That was long."}}', 1, 1, 2, 1);
INSERT INTO events VALUES (4, 1, 'message.created', '2026-11-23T06:39:25.093Z', 'visitor', 'vi_2a1qe3g27z2fnexsks4d3v9q', 'widget', 'cl_3wxc45hfc6waqs4q9ypmg5v4', '{"content":{"kind":"text","text":"Is anybody there?"}}', 1, 0, 1, 1);
INSERT INTO cursors VALUES (1, 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 3, '2026-11-23T06:39:04.142Z', 2, '2026-11-23T06:39:00.490Z');
INSERT INTO cursors VALUES (1, 'visitor', 'vi_m4qzqwbjv4v1qbhvrxcyf5rv', 3, '2026-11-23T06:39:03.674Z', 3, '2026-11-23T06:39:03.674Z');
INSERT INTO cursors VALUES (2, 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 3, '2026-11-23T06:39:16.898Z', 3, '2026-11-23T06:39:16.898Z');
INSERT INTO cursors VALUES (2, 'visitor', 'vi_h0r14q5eg4kbvtmdvcz958nk', 3, '2026-11-23T06:39:16.898Z', 3, '2026-11-23T06:39:16.898Z');
INSERT INTO cursors VALUES (3, 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 2, '2026-11-23T06:39:23.135Z', 2, '2026-11-23T06:39:23.135Z');
INSERT INTO cursors VALUES (3, 'visitor', 'vi_fhkbqwf9az09zw710nxq9xgt', 2, '2026-11-23T06:39:23.303Z', 2, '2026-11-23T06:39:23.303Z');
INSERT INTO cursors VALUES (4, 'agent', 'ag_814jzjzjrvp0ppqj4rmyf08p', 1, '2026-11-23T06:39:26.010Z', 0, NULL);
INSERT INTO cursors VALUES (4, 'visitor', 'vi_2a1qe3g27z2fnexsks4d3v9q', 1, '2026-11-23T06:39:25.449Z', 1, '2026-11-23T06:39:25.449Z');
COMMIT;
CREATE INDEX workspaces_by_age ON workspaces (created_at, id);
CREATE INDEX sessions_by_family ON sessions (family_id, expires_at);
CREATE INDEX sessions_by_principal ON sessions (principal_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_rotation ON sessions (rotated_at) WHERE rotated_at IS NOT NULL;
CREATE INDEX agents_by_age ON agents (workspace_id, created_at, id);
CREATE INDEX agents_by_account ON agents (account_id, created_at, workspace_id, id);
CREATE INDEX unused_invitations ON invitations (workspace_id, created_at, id) WHERE used_at IS NULL;
CREATE INDEX conversations_by_visitor
    ON conversations (workspace_id, visitor_id, last_activity_at, id) WHERE applied_seq > 0;
CREATE INDEX inbox ON conversations (workspace_id, status, last_activity_at, id) WHERE applied_seq > 0;
CREATE INDEX inbox_by_assignee
    ON conversations (workspace_id, status, assignee_key, last_activity_at, id) WHERE applied_seq > 0;
CREATE INDEX conversations_by_change ON conversations (workspace_id, change) WHERE applied_seq > 0;
PRAGMA user_version = 1;
