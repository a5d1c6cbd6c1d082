/** The sets to which rules of the corpus refer (conformance/guest/corpus.py). */
export const CORPUS_SETS = `\
create setip hash:ip
create setip6 hash:ip family inet6
create setnet hash:net
create setmac hash:mac
create setipmac hash:ip,mac
create setipmark hash:ip,mark
create setipport hash:ip,port
create setipportip hash:ip,port,ip
create setipportnet hash:ip,port,net
create setnetport hash:net,port
create setnetnet hash:net,net
create setnetportnet hash:net,port,net
create setnetiface hash:net,iface
create setport bitmap:port range 0-65535
create setbitip bitmap:ip range 10.0.0.0/16
create setbitipmac bitmap:ip,mac range 10.0.0.0/16
create setlist list:set
create settimeout hash:ip timeout 60
create setcounters hash:ip counters
create setskbinfo hash:ip skbinfo
`;
