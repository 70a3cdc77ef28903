import { createHash } from 'node:crypto';
import type { Response } from 'express';

/** A page with a few sentences, for whoever runs the server or followed a wrong link. */
export interface Page {
  title: string;
  paragraphs: readonly string[];
  /** Commands to copy. */
  commands?: readonly string[];
  link?: { href: string; text: string };
}

/** The colours are those of the console and the demo. */
const STYLE = `
:root { color-scheme: light dark; --canvas: #f5f7f5; --surface: #fff; --text: #16201d; --text-2: #46544f;
  --border: #dce2de; --border-strong: #78857f; --accent-text: #0b6b62; }
@media (prefers-color-scheme: dark) { :root { --canvas: #0f1412; --surface: #161c1a; --text: #e8eeeb;
  --text-2: #b4c1bb; --border: #2c3733; --border-strong: #788780; --accent-text: #62cbbd; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--canvas);
  color: var(--text); font: 16px/24px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { box-sizing: border-box; width: min(560px, 100%); padding: 32px 24px; }
main::before { content: ""; display: block; width: 44px; height: 46px; margin-bottom: 24px;
  border: 2px solid var(--border-strong); border-radius: 24px 24px 8px 8px; }
h1 { margin: 0 0 12px; font-size: 20px; line-height: 28px; font-weight: 600; }
p { margin: 0 0 12px; color: var(--text-2); }
pre { margin: 0 0 12px; padding: 12px 16px; overflow-x: auto; background: var(--surface);
  border: 1px solid var(--border); border-radius: 8px; font: 14px/20px ui-monospace, Menlo, Consolas, monospace; }
a { color: var(--accent-text); }
a:focus-visible { outline: 2px solid var(--accent-text); outline-offset: 2px; border-radius: 4px; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Sends the page. Its one style is allowed by its hash, and nothing else by anything. */
export function sendPage(response: Response, status: number, page: Page): void {
  response
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': `default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';style-src 'sha256-${STYLE_HASH}'`,
    })
    .type('html')
    .send(renderPage(page));
}

/** Makes text safe to stand in HTML, between tags as well as in an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function renderPage({ title, paragraphs, commands = [], link }: Page): string {
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    ...commands.map((command) => `<pre>${escapeHtml(command)}</pre>`),
    link ? `<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>` : '',
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}
