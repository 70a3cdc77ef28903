import { describe, expect, it } from 'vitest';
import { pageLink } from './page-link.ts';

describe('pageLink', () => {
  it('shows the whole host and the path of a web page', () => {
    expect(pageLink('https://www.shop.example:8443/caf%C3%A9?size=xl')).toEqual({
      href: 'https://www.shop.example:8443/caf%C3%A9?size=xl',
      host: 'www.shop.example:8443',
      path: '/café?size=xl',
    });
  });

  it('drops a name that stands before the host to mislead', () => {
    expect(pageLink('https://shop.example@evil.example/')).toEqual({
      href: 'https://evil.example/',
      host: 'evil.example',
      path: '',
    });
  });

  it('shows look-alike letters for what they are', () => {
    expect(pageLink('https://аpple.example/')?.host).toBe('xn--pple-43d.example');
  });

  it('lets nothing turn the address around', () => {
    expect(pageLink('https://shop.example/%E2%80%AEgpj.exe')?.path).toBe('/gpj.exe');
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'blob:https://shop.example/1',
    'not an address',
    '',
  ])('makes no link of %s', (url) => {
    expect(pageLink(url)).toBeNull();
  });
});
