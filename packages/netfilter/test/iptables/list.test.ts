import { describe, expect, it } from 'vitest';
import { abbreviate } from '../../src/iptables/list.ts';
import { shell } from './hosts.ts';

const RULES = `*filter
:INPUT DROP [123456:9876543210123]
:A - [0:0]
[5:6] -A INPUT ! -s 10.0.0.0/8 -d 1.2.3.4/255.0.255.0 ! -i eth+ -p tcp -m tcp --dport 80 -j A
[99999:100000] -A INPUT -f -g A
[0:0] -A INPUT -s 0.0.0.0/32 -p gre -j LOG --log-prefix "a "
COMMIT
`;

describe('iptables -L', () => {
  it('prints every column where iptables puts it', () => {
    const { run } = shell();
    run('iptables-restore -c', RULES);
    expect(run('iptables -nvL INPUT --line-numbers').stdout).toBe(
      `Chain INPUT (policy DROP 123K packets, 9877G bytes)
num   pkts bytes target     prot opt in     out     source               destination         
1        5     6 A          6    --  !eth+  *      !10.0.0.0/8           1.0.3.0/255.0.255.0  tcp dpt:80
2    99999  100K A          0    -f  *      *       0.0.0.0/0            0.0.0.0/0           [goto] 
3        0     0 LOG        47   --  *      *       0.0.0.0              0.0.0.0/0            LOG flags 0 level 4 prefix "a "
`,
    );
    expect(run('iptables -xvL A').stdout).toBe(`Chain A (2 references)
    pkts      bytes target     prot opt in     out     source               destination         
`);
  });

  it('prints names unless told not to, for what has a name without asking', () => {
    const { run } = shell();
    run('iptables-restore -c', RULES);
    expect(run('iptables -L INPUT').stdout).toBe(`Chain INPUT (policy DROP)
target     prot opt source               destination         
A          tcp  -- !10.0.0.0/8           1.0.3.0/255.0.255.0  tcp dpt:http
A          all  -f  anywhere             anywhere            [goto] 
LOG        gre  --  default              anywhere             LOG level warn prefix "a "
`);
  });

  it('prints one rule without a head', () => {
    const { run } = shell();
    run('iptables-restore -c', RULES);
    expect(run('iptables -nL INPUT 2').stdout).toBe(
      'A          0    -f  0.0.0.0/0            0.0.0.0/0           [goto] \n',
    );
  });

  it('prints the name that the kernel has for a target', () => {
    const { run } = shell();
    run('iptables -t raw -A OUTPUT -j NOTRACK');
    expect(run('iptables -t raw -nL OUTPUT 1').stdout).toBe(
      'CT         0    --  0.0.0.0/0            0.0.0.0/0            NOTRACK\n',
    );
    expect(run('iptables -t raw -S OUTPUT 1').stdout).toBe('-A OUTPUT -j NOTRACK\n');
  });

  it('prints what -v adds and deletes', () => {
    const { run } = shell();
    expect(run('iptables -v -A INPUT -s 1.2.3.4 -j DROP').stdout).toBe(
      'DROP  all opt -- in * out *  1.2.3.4  -> 0.0.0.0/0  \n',
    );
    expect(run('iptables -v -F INPUT').stdout).toBe("Flushing chain `INPUT'\n");
  });

  it('shortens large numbers, rounding at each step', () => {
    expect(
      [99999, 100000, 9999499, 9999500, 9_999_499_999, 1e13, 1e16].map((value) => abbreviate(value, false)),
    ).toEqual(['99999', '100K', '9999K', '10M', '10G', '10T', '10000T']);
    expect(abbreviate(1e13, true)).toBe('10000000000000');
  });
});

describe('a chain that is given the name of a target', () => {
  it('hides the options of the target in listings, not in what is saved', () => {
    const { run } = shell();
    run('iptables -A INPUT -j LOG --log-prefix "a "');
    run('iptables -N A');
    expect(run('iptables -E A LOG').status).toBe(0);
    expect(run('iptables -nL INPUT 1').stdout).toBe('LOG        0    --  0.0.0.0/0            0.0.0.0/0           \n');
    expect(run('iptables -S INPUT 1').stdout).toBe('-A INPUT -j LOG --log-prefix "a "\n');
  });
});
