import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/chainwalk.js', import.meta.url));
const HOST = 'interfaces: [{name: eth0, addresses: [10.0.0.1/24]}]\nsteps: []\n';
const PACKET = 'tcp 10.0.0.9:40000 > 10.0.0.1:443 S';

const PING = '4500001c00010000400166d70a0000090a000001' + '0800f7fe00010000';
/** A request to read a file by TFTP: behind the UDP header stands its number. */
const TFTP_READ = '4500002000010000401166c30a0000090a000001' + '10000045000c0000' + '00016100';

/** A pcap file of these packets, a ping without an answer if none are named. */
function capture(...packets: string[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(101, 20);
  const records = (packets.length === 0 ? [PING] : packets).flatMap((hex) => {
    const packet = Buffer.from(hex, 'hex');
    const record = Buffer.alloc(16);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return [record, packet];
  });
  return Buffer.concat([head, ...records]);
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainwalk-'));
  mkdirSync(join(folder, 'folder'));
  const files: Readonly<Record<string, string | Buffer>> = {
    'host.yaml': HOST,
    'empty.yaml': '',
    'binary.yaml': Buffer.from([0x61, 0x0a, 0x62, 0, 0x63]),
    'deep.yaml': `steps: ${'['.repeat(200_000)}`,
    'lists.yaml': '- '.repeat(200_000),
    'deep.json': `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    'bomb.yaml': ['a0: &a0 [x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]`)].join(
      '\n',
    ),
    'faults.yaml': '- x\n'.repeat(5000),
    'ping.pcap': capture(),
    'cut.pcap': capture().subarray(0, 50),
    'tftp.pcap': capture(PING, TFTP_READ, PING),
    'tftp.yaml':
      `${HOST}iptables: |\n  *raw\n  -A PREROUTING -p udp -m udp --dport 69 -j CT --helper tftp\n  COMMIT\n` +
      '  *filter\n  -A INPUT -m conntrack --ctstate NEW\n  COMMIT\n',
    'rules.v4': '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j NOWHERE\nCOMMIT\n',
    'powers.v4': [
      '*filter',
      ...Array.from({ length: 61 }, (_, i) => `:C${i} - [0:0]`),
      '-A INPUT -j C0',
      ...Array.from({ length: 60 }, (_, i) => `-A C${i} -j C${i + 1}\n-A C${i} -j C${i + 1}`),
      'COMMIT\n',
    ].join('\n'),
    'many.v4': `*filter\n${Array.from({ length: 20_000 }, (_, i) => `:C${i} - [0:0]\n`).join('')}COMMIT\n`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true }));

function chainwalk(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, lines: stderr.split('\n').filter((line) => line !== '') };
}

const TOO_DEEP = 'maps and lists are nested deeper than 100 levels';

describe('a mistake is one line on standard error, and a status that is not 0', () => {
  it.each([
    ['run nowhere.yaml', 1, 'error: nowhere.yaml: there is no such file'],
    ['run folder', 1, 'error: folder: it is a directory'],
    ['run host.yaml/x', 1, 'error: host.yaml/x: a part of its path is no directory'],
    ['run empty.yaml', 1, 'empty.yaml:1:1: error: there is no scenario in it'],
    ['run binary.yaml', 1, 'binary.yaml:2:2: error: this is no text: there is a NUL character'],
    ['check binary.yaml', 1, 'binary.yaml:2:2: error: this is no text'],
    ['check rules.v4', 1, "rules.v4:3:13: error: Couldn't load target `NOWHERE'"],
    ['replay nowhere.pcap --host host.yaml', 1, 'error: nowhere.pcap: there is no such file'],
    ['replay folder --host host.yaml', 1, 'error: folder: it is a directory'],
    ['replay empty.yaml --host host.yaml', 1, 'error: empty.yaml: byte 0: the file is empty'],
    ['replay host.yaml --host host.yaml', 1, 'error: host.yaml: byte 0: this is neither pcap nor pcapng'],
    ['replay cut.pcap --host host.yaml', 1, 'the file ends in the middle of a packet'],
    ['replay ping.pcap --host host.yaml --in-map 0=eth9', 1, 'the host has no device "eth9"'],
    ['replay ping.pcap --host host.yaml --in-map 0', 1, 'error: --in-map: "0" is not NAME=DEVICE'],
    ['replay ping.pcap --host host.yaml --in-map 0=eth0,0=lo', 1, 'error: --in-map: "0" is there twice'],
    ['replay ping.pcap --host host.yaml --out ping.pcap', 1, 'error: ping.pcap cannot be written: it is what is read'],
    ['load host.yaml --host host.yaml --out host.yaml', 1, 'error: host.yaml cannot be written: it is what is read'],
    ['run deep.yaml', 1, `deep.yaml:1:107: error: ${TOO_DEEP}`],
    ['run lists.yaml', 1, `lists.yaml:1:201: error: ${TOO_DEEP}`],
    ['run deep.json', 1, `deep.json:1:101: error: ${TOO_DEEP}`],
    ['run bomb.yaml', 1, 'error: aliases stand for more than 10000 values'],
    ['replay ping.pcap --host deep.yaml', 1, `deep.yaml:1:107: error: ${TOO_DEEP}`],
    ['load deep.yaml --host host.yaml', 1, `deep.yaml:1:107: error: ${TOO_DEEP}`],
    ['load empty.yaml --host host.yaml', 1, 'empty.yaml:1:1: error: there is no traffic in it'],
    ['kube-proxy render deep.yaml --node a', 1, `deep.yaml:1:107: error: ${TOO_DEEP}`],
    ['kube-proxy render lists.yaml --node a', 1, `lists.yaml:1:201: error: ${TOO_DEEP}`],
    ['kube-proxy render deep.json --node a', 1, `deep.json:1:101: error: ${TOO_DEEP}`],
    ['kube-proxy render bomb.yaml --node a', 1, 'error: aliases stand for more than 10000 values'],
    ['kube-proxy render host.yaml --node a', 1, 'host.yaml:1:1: error: kind: a value is required'],
  ])('%s', (line, status, message) => {
    const done = chainwalk(...line.split(' '));
    expect(done.lines).toEqual([expect.stringContaining(message)]);
    expect(done.status).toBe(status);
  });

  it.each([
    ['in an option', ['run', '--jsno', 'host.yaml'], '(Did you mean --json?)'],
    ['in a command', ['rnu', 'host.yaml'], '(Did you mean run?)'],
    ['in a number', ['run', 'host.yaml', '--seed', 'abc'], "option '--seed <number>' argument 'abc' is invalid"],
    [
      'in a number that may not be 0',
      ['kube-proxy', 'trace', 'x', '--tries', '0'],
      "'0' is invalid. It is less than 1.",
    ],
    ['in a choice', ['trace', PACKET, '--colour', 'purple'], 'Allowed choices are auto, always, never.'],
  ])('%s of the command line ends with status 2', (_, argv, message) => {
    const done = chainwalk(...argv);
    expect(done.lines.join('\n')).toContain(message);
    expect(done.status).toBe(2);
  });

  it('that a packet of a capture brings to light loses nothing of those before it', () => {
    const done = chainwalk('replay', 'tftp.pcap', '--host', 'tftp.yaml', '--out', 'tftp-out.pcapng');
    expect(done.status).toBe(1);
    expect(done.stdout).toContain('         1           28  delivered');
    expect(done.lines).toHaveLength(1);
    expect(done.lines[0]).toContain('packet 2: a packet in which the helper tftp may find a connection');
    expect(readFileSync(join(folder, 'tftp-out.pcapng')).includes('packet 1 ')).toBe(true);
  });

  it('in a packet points at its column', () => {
    const done = chainwalk('trace', PACKET.replace('443', '70000'), '--host', 'host.yaml');
    expect(done.lines).toEqual([expect.stringMatching(/^packet:1:\d+: error: "70000" is no port from 0 to 65535/)]);
  });

  it('in rules that send a packet through each other by powers of two is told before memory is full', () => {
    const done = chainwalk('trace', PACKET, '--host', 'host.yaml', '--in', 'eth0', '--rules', 'powers.v4');
    expect(done.lines).toEqual([expect.stringContaining('error: a packet takes more than 1000000 steps')]);
    expect(done.status).toBe(1);
  });

  it('in every entry of a long file is told a hundred times', () => {
    expect(chainwalk('run', 'faults.yaml').lines).toHaveLength(100);
  });

  it.runIf(process.getuid?.() !== 0)('with a file that may not be read names it', () => {
    writeFileSync(join(folder, 'secret.yaml'), HOST, { mode: 0 });
    expect(chainwalk('run', 'secret.yaml').lines).toEqual(['error: secret.yaml: it is not allowed']);
  });
});

describe('what is not a mistake', () => {
  it('leaves the capture as it was', () => {
    expect(readFileSync(join(folder, 'ping.pcap'))).toEqual(capture());
  });

  it('is a cluster without Services, but it is told', () => {
    const done = chainwalk('kube-proxy', 'render', 'empty.yaml', '--node', 'a');
    expect([done.status, done.lines]).toEqual([0, ['warning: there is no Service in empty.yaml']]);
  });

  it.runIf(existsSync('/bin/sh'))('is a reader that stops reading', () => {
    const command = `"${process.execPath}" "${BIN}" check many.v4 --json | head -1; "${process.execPath}" "${BIN}" --help | head -1`;
    const done = spawnSync('/bin/sh', ['-c', command], { cwd: folder, encoding: 'utf8', timeout: 50_000 });
    expect([done.stdout, done.stderr]).toEqual(['[\nUsage: chainwalk [options] [command]\n', '']);
  });
});
