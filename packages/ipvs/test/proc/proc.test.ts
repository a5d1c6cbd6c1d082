import { describe, expect, it } from 'vitest';
import { procNetIpVs, procNetIpVsConn, procNetIpVsStats } from '../../src/index.ts';
import { Director, datagram, segment } from '../director.ts';

const VIP = '10.96.0.1';

describe('/proc/net/ip_vs', () => {
  it('is what the kernel shows of these commands, but for the order of services', () => {
    const director = new Director();
    for (const line of [
      `-A -t ${VIP}:80`,
      `-A -t ${VIP}:0 -p`,
      `-A -u ${VIP}:53 -s rr -o -p 100 -M 255.255.255.0`,
      '-A -f 5 -s sh -b sh-port',
      '-A -f 6 -s mh -b mh-port,mh-fallback',
      '-A -f 7 -s rr -b flag-1,flag-3',
      `-a -t ${VIP}:80 -r 10.244.1.1:8080`,
      `-a -t ${VIP}:80 -r 10.244.1.2 -m -w 3 -x 10 -y 5`,
      `-a -t ${VIP}:80 -r 10.244.1.3:8080 -i -w 65536`,
      `-a -t ${VIP}:80 -r 10.244.1.4:8080 -m -w 65536`,
    ]) {
      director.ipvsadm(line);
    }
    const blocks = procNetIpVs(director.ipvs)
      .split(/\n(?=[A-Z])/)
      .map((block) => block.trimEnd());
    // Trailing blanks are the kernel's own.
    expect(blocks.slice(0, 2)).toEqual([
      'IP Virtual Server version 1.2.1 (size=4096)',
      'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn',
    ]);
    expect(blocks.slice(2).sort()).toEqual([
      'FWM  00000005 sh',
      'FWM  00000006 mh',
      'FWM  00000007 rr',
      'TCP  0A600001:0000 wlc  persistent 36000 FFFFFFFF',
      [
        'TCP  0A600001:0050 wlc  ',
        '  -> 0AF40104:1F90      Masq    65536  0          0         ',
        '  -> 0AF40103:0050      Tunnel  65536  0          0         ',
        '  -> 0AF40102:0050      Masq    3      0          0         ',
        '  -> 0AF40101:0050      Route   1      0          0',
      ].join('\n'),
      'UDP  0A600001:0035 rr ops  persistent 10000 FFFFFF00',
    ]);
  });
});

describe('/proc/net/ip_vs_conn and ip_vs_stats', () => {
  const director = new Director({ virtual: [VIP] });
  director.ipvsadm(`-A -t ${VIP}:80 -s rr -p 360`);
  director.ipvsadm(`-a -t ${VIP}:80 -r 10.244.1.1:8080 -m`);
  director.inject('c1', segment('198.51.100.1', 4000, VIP, 80, 'S'));

  it('show connections and templates in hexadecimal', () => {
    const [title, ...lines] = procNetIpVsConn(director.ipvs).trimEnd().split('\n');
    expect(title).toBe('Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData');
    expect(lines.sort()).toEqual([
      'TCP C6336401 0000 0A600001 0050 0AF40101 1F90 NONE            360',
      'TCP C6336401 0FA0 0A600001 0050 0AF40101 1F90 SYN_RECV         60',
    ]);
  });

  it('show totals when the estimator has seen them', () => {
    expect(procNetIpVsStats(director.ipvs)).toBe(
      '   Total Incoming Outgoing         Incoming         Outgoing\n' +
        '   Conns  Packets  Packets            Bytes            Bytes\n' +
        '       0        0        0                0                0\n\n' +
        ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
        '       0        0        0                0                0\n',
    );
    director.wait(2.1);
    director.inject('c1', datagram('198.51.100.1', 4000, VIP, 53));
    expect(procNetIpVsStats(director.ipvs).split('\n')[2]).toBe(
      '       1        1        0               28                0',
    );
  });
});
