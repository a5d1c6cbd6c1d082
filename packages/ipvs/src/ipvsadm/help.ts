import { VERSION_LINE } from './usage.ts';

/** `ipvsadm -h`: the forms that are understood, in fewer words than the real tool's. */
export function helpText(): string {
  const forms = [
    '-A|-E  -t|-u|--sctp-service ADDRESS:PORT | -f MARK  [-s SCHEDULER] [-p [SECONDS]] [-M NETMASK] [-b FLAGS] [-o]',
    '-D     -t|-u|--sctp-service ADDRESS:PORT | -f MARK',
    '-a|-e  SERVICE -r ADDRESS[:PORT] [-m|-i|-g] [-w WEIGHT] [-x UPPER] [-y LOWER] [--tun-type ipip|gue|gre ...]',
    '-d     SERVICE -r ADDRESS[:PORT]',
    '-L     [SERVICE | -c | --timeout] [-n] [--stats|--rate|--thresholds|--persistent-conn|--tun-info] [--exact] [--nosort]',
    '-S     [-n]',
    '-R     (commands on standard input)',
    '-C | -Z [SERVICE] | --set TCP TCPFIN UDP',
  ];
  return `${VERSION_LINE}Usage:\n${forms.map((form) => `  ipvsadm ${form}\n`).join('')}`;
}
