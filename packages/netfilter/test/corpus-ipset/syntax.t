# What the parser says of odd elements, ranges and options, type by type.

== ports
$ ipset create a hash:ip,port initval 1
$ ipset add a 10.0.0.1,udp:65536
! ipset v7.17: Syntax error: '65536' is out of range 0-65535
! Syntax error: 'udp' is invalid as number
! cannot parse '65536' as a udp port
? 1
$ ipset add a 10.0.0.1,80-x
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x' as a tcp port
? 1
$ ipset add a 10.0.0.1,x-80
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x' as a tcp port
? 1
$ ipset add a 10.0.0.1,tcp:80-
! ipset v7.17: Syntax error: '80-' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse '80-' as a tcp port
? 1
$ ipset add a 10.0.0.1,tcp:-80
! ipset v7.17: Syntax error: '-80' is out of range 0-65535
! Syntax error: 'tcp' is invalid as number
! cannot parse '-80' as a tcp port
? 1
$ ipset add a 10.0.0.1,80-90-100
! ipset v7.17: Syntax error: '90-100' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse '90-100' as a tcp port
? 1
$ ipset add a 10.0.0.1,tcp:80:90
! ipset v7.17: Syntax error: '80:90' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse '80:90' as a tcp port
? 1
$ ipset add a 10.0.0.1,tcp:udp:90
! ipset v7.17: Syntax error: 'udp:90' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'udp:90' as a tcp port
? 1
$ ipset add a 10.0.0.1,http:80
! ipset v7.17: Syntax error: cannot parse 'http' as a protocol
? 1
$ ipset add a 10.0.0.1,icmp:80
! ipset v7.17: Cannot parse 80 as an ICMP type/code.
? 1
$ ipset add a 10.0.0.1,icmp:/1
! ipset v7.17: Cannot parse /1 as an ICMP type/code.
? 1
$ ipset add a 10.0.0.1,icmp:1/
! ipset v7.17: Cannot parse 1/ as an ICMP type/code.
? 1
$ ipset add a 10.0.0.1,icmp:echo-reply
$ ipset add a 10.0.0.1,icmp:[echo-reply]
! ipset v7.17: Cannot parse [echo-reply] as an ICMP type/code.
? 1
$ ipset add a 10.0.0.1,icmp:tos-host-redirect
$ ipset add a 10.0.0.1,icmp:p
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,esp:x
! ipset v7.17: Syntax error: Protocol esp can be used with pseudo port value 0 only.
? 1
$ ipset add a 10.0.0.1,esp:0-5
! ipset v7.17: Syntax error: Protocol esp can be used with pseudo port value 0 only.
? 1
$ ipset add a 10.0.0.1,esp:1-5
! ipset v7.17: Syntax error: Protocol esp can be used with pseudo port value 0 only.
? 1
$ ipset add a 10.0.0.1,sctp:80-82
$ ipset add a 10.0.0.1,udp:http
! ipset v7.17: Syntax error: 'http' is invalid as number
! Syntax error: 'udp' is invalid as number
! cannot parse 'http' as a udp port
? 1
$ ipset add a 10.0.0.1,sctp:http
! ipset v7.17: Syntax error: 'http' is invalid as number
! Syntax error: 'sctp' is invalid as number
! cannot parse 'http' as a sctp port
? 1
$ ipset add a 10.0.0.1,udplite:http
! ipset v7.17: Syntax error: 'http' is invalid as number
! Syntax error: 'udplite' is invalid as number
! cannot parse 'http' as a udplite port
? 1
$ ipset add a 10.0.0.1,132:9
$ ipset add a 10.0.0.1,0x11:9
$ ipset add a 10.0.0.1,1:3/3
$ ipset add a 10.0.0.1,58:1/1
! ipset v7.17: Syntax error: Protocol ICMPv6 can be used with family inet6 only
! Invalid add command: missing setname
? 1
$ ipset add a 10.0.0.1,ip:0
! ipset v7.17: Syntax error: Unsupported protocol 'ip'
? 1
$ ipset add a 10.0.0.1,hopopt:0
! ipset v7.17: Syntax error: Unsupported protocol 'hopopt'
? 1
$ ipset add a 10.0.0.1,300:0
! ipset v7.17: Syntax error: cannot parse '300' as a protocol
? 1
$ ipset add a 10.0.0.1,-1:0
! ipset v7.17: Syntax error: cannot parse '-1' as a protocol
? 1
$ ipset add a 10.0.0.1,tcp:+80
$ ipset add a 10.0.0.1,[http]
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,[http]-[https]
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a [10.0.0.1],[tcp]:80
! ipset v7.17: Syntax error: cannot parse '[tcp]' as a protocol
? 1
$ ipset add a 10.0.0.1-10.0.0.2-10.0.0.3,80
! ipset v7.17: Syntax error: cannot parse 10.0.0.2-10.0.0.3: resolving to IPv4 address failed
? 1
$ ipset add a 10.0.0.0/24/24,80
! ipset v7.17: Syntax error: '24/24' is invalid as number
? 1
$ ipset add a 10.0.0.0/24-10.0.1.0,80
! ipset v7.17: Syntax error: '24-10.0.1.0' is invalid as number
? 1
$ ipset add a 10.0.0.1-10.0.0.2/24,80
! ipset v7.17: Syntax error: cannot parse 10.0.0.1-10.0.0.2: resolving to IPv4 address failed
? 1
$ ipset add a 10.0.0.1,,80
! ipset v7.17: Syntax error: ',80' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse ',80' as a tcp port
? 1
$ ipset add a ,80
! ipset v7.17: Syntax error: Second element is missing from ,80.
? 1
$ ipset test a 10.0.0.1,icmp:ping
! 10.0.0.1,icmp:echo-request is NOT in set a.
? 1
$ ipset test a 10.0.0.0/24,icmp:ping
! ipset v7.17: IP/CIDR range is not allowed in command test with set type hash:ip,port and family inet
? 1
$ ipset test a 10.0.0.1-10.0.0.9,icmp:ping
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:ip,port and family inet
? 1
$ ipset test a 10.0.0.1,esp:0
! 10.0.0.1,esp:0 is NOT in set a.
? 1
$ ipset test a 10.0.0.1,80-90
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:ip,port and family inet
? 1
$ ipset -s save a
create a hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1,tcp:80
add a 10.0.0.1,udp:9
add a 10.0.0.1,icmp:echo-reply
add a 10.0.0.1,icmp:port-unreachable
add a 10.0.0.1,icmp:TOS-host-redirect
add a 10.0.0.1,sctp:9
add a 10.0.0.1,sctp:80
add a 10.0.0.1,sctp:81
add a 10.0.0.1,sctp:82

== ranges where none is allowed
$ ipset create hip hash:ip initval 1
$ ipset create hn hash:net initval 1
$ ipset create hipip hash:ip,port,ip initval 1
$ ipset create hipn hash:ip,port,net initval 1
$ ipset create hnp hash:net,port initval 1
$ ipset create hni hash:net,iface initval 1
$ ipset create him hash:ip,mark initval 1
$ ipset create hnn hash:net,net initval 1
$ ipset create hnpn hash:net,port,net initval 1
$ ipset create hipmac hash:ip,mac initval 1
$ ipset create bip bitmap:ip range 10.0.0.0/24
$ ipset create bipmac bitmap:ip,mac range 10.0.0.0/24
$ ipset create bp bitmap:port range 0-1000
$ ipset test hip 10.0.0.0/24
! 10.0.0.0/24 is NOT in set hip.
? 1
$ ipset test hn 10.0.0.0/24
! 10.0.0.0/24 is NOT in set hn.
? 1
$ ipset test hn 10.0.0.1-10.0.0.2
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net and family inet
? 1
$ ipset test hipip 10.0.0.0/24,80,10.0.0.1
! ipset v7.17: IP/CIDR range is not allowed in command test with set type hash:ip,port,ip and family inet
? 1
$ ipset test hipip 10.0.0.1-10.0.0.2,80,10.0.0.1
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:ip,port,ip and family inet
? 1
$ ipset test hipip 10.0.0.1,80-81,10.0.0.1
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:ip,port,ip and family inet
? 1
$ ipset test hipn 10.0.0.0/24,80,10.0.0.1
! ipset v7.17: IP/CIDR range is not allowed in command test with set type hash:ip,port,net and family inet
? 1
$ ipset test hipn 10.0.0.1-10.0.0.2,80,10.0.0.1
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:ip,port,net and family inet
? 1
$ ipset test hipn 10.0.0.1,80-81,10.0.0.1
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:ip,port,net and family inet
? 1
$ ipset test hipn 10.0.0.1,80,10.0.0.1-10.0.0.2
! 10.0.0.1,tcp:80,10.0.0.1 is NOT in set hipn.
? 1
$ ipset test hnp 10.0.0.1-10.0.0.2,80
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net,port and family inet
? 1
$ ipset test hnp 10.0.0.1,80-81
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:net,port and family inet
? 1
$ ipset test hni 10.0.0.1-10.0.0.2,eth0
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net,iface and family inet
? 1
$ ipset test him 10.0.0.1-10.0.0.2,5
! 10.0.0.1-10.0.0.2,0x00000005 is NOT in set him.
? 1
$ ipset test him 10.0.0.0/24,5
! 10.0.0.0/24,0x00000005 is NOT in set him.
? 1
$ ipset test hnn 10.0.0.1-10.0.0.2,10.0.0.1
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net,net and family inet
? 1
$ ipset test hnn 10.0.0.1,10.0.0.1-10.0.0.2
! 10.0.0.1,10.0.0.1 is NOT in set hnn.
? 1
$ ipset test hnpn 10.0.0.1-10.0.0.2,80,10.0.0.1
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net,port,net and family inet
? 1
$ ipset test hnpn 10.0.0.1,80-81,10.0.0.1
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:net,port,net and family inet
? 1
$ ipset test hnpn 10.0.0.1,80,10.0.0.1-10.0.0.2
! 10.0.0.1,tcp:80,10.0.0.1 is NOT in set hnpn.
? 1
$ ipset test hipmac 10.0.0.0/24,02:00:00:00:00:01
! ipset v7.17: IP/CIDR range is not allowed in command test with set type hash:ip,mac and family inet
? 1
$ ipset test hipmac 10.0.0.1-10.0.0.2,02:00:00:00:00:01
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:ip,mac and family inet
? 1
$ ipset add hipmac 10.0.0.1-10.0.0.2,02:00:00:00:00:01
! ipset v7.17: FROM-TO IP range is not allowed in command add with set type hash:ip,mac and family inet
? 1
$ ipset add hipmac 10.0.0.1/32,02:00:00:00:00:01
! ipset v7.17: IP/CIDR range is not allowed in command add with set type hash:ip,mac and family inet
? 1
$ ipset del hipmac 10.0.0.0/24,02:00:00:00:00:01
! ipset v7.17: IP/CIDR range is not allowed in command del with set type hash:ip,mac and family inet
? 1
$ ipset test bip 10.0.0.1-10.0.0.2
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type bitmap:ip and family inet
? 1
$ ipset test bip 10.0.0.1/32
! ipset v7.17: IP/CIDR range is not allowed in command test with set type bitmap:ip and family inet
? 1
$ ipset test bipmac 10.0.0.0/24
! ipset v7.17: Syntax error: plain IP address must be supplied: 10.0.0.0/24
? 1
$ ipset add bipmac 10.0.0.0/24
! ipset v7.17: Syntax error: plain IP address must be supplied: 10.0.0.0/24
? 1
$ ipset add bipmac 10.0.0.1,
! ipset v7.17: Syntax error: cannot parse 10.0.0.1,: resolving to IPv4 address failed
? 1
$ ipset add bipmac 10.0.0.1,x
! ipset v7.17: Syntax error: cannot parse 'x' as ethernet address
? 1
$ ipset test bp 5-6
! ipset v7.17: FROM-TO port range is not allowed in command test with set type bitmap:port and family unspec
? 1
$ ipset test bp tcp:5
! 5 is NOT in set bp.
? 1
$ ipset test bp tcp:http
! 80 is NOT in set bp.
? 1

== options in del and test
$ ipset create a hash:net timeout 9 initval 1
$ ipset add a 10.0.0.0/8
$ ipset del a 10.0.0.0/8 timeout 5
! ipset v7.17: Unknown argument: `timeout'
! Try `ipset help' for more information.
? 2
$ ipset del a 10.0.0.0/8 nomatch
! ipset v7.17: Unknown argument: `nomatch'
! Try `ipset help' for more information.
? 2
$ ipset test a 10.0.0.0/8 timeout 5
! ipset v7.17: Unknown argument: `timeout'
! Try `ipset help' for more information.
? 2
$ ipset test a 10.0.0.0/8 wildcard
! ipset v7.17: Unknown argument: `wildcard'
! Try `ipset help' for more information.
? 2
$ ipset del a 10.0.0.0/8 nomatch -exist
! ipset v7.17: Unknown argument: `nomatch'
! Try `ipset help' for more information.
? 2
$ ipset create b hash:net,iface initval 1
$ ipset add b 10.0.0.0/8,eth wildcard
$ ipset test b 10.0.0.0/8,eth wildcard
! ipset v7.17: Unknown argument: `wildcard'
! Try `ipset help' for more information.
? 2
$ ipset test b 10.0.0.1,eth0 wildcard
! ipset v7.17: Unknown argument: `wildcard'
! Try `ipset help' for more information.
? 2
$ ipset test b 10.0.0.1,eth0 nomatch
! 10.0.0.1,eth0 is NOT in set b.
? 1
$ ipset del b 10.0.0.0/8,eth
$ ipset del b 10.0.0.0/8,eth wildcard
! ipset v7.17: Unknown argument: `wildcard'
! Try `ipset help' for more information.
? 2
$ ipset list b
Name: b
Type: hash:net,iface
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 480
References: 0
Number of entries: 0
Members:
$ ipset create l list:set
$ ipset add l a
$ ipset add l b after a timeout 5
! ipset v7.17: Timeout cannot be used: set was created without timeout support
? 1
$ ipset add l b after a before a
! ipset v7.17: Syntax error: before already specified
? 1
$ ipset add l b,after,a
$ ipset add l b,before,a
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add l b,foo,a
! ipset v7.17: you must specify elements as setname,[before|after],setname
? 1
$ ipset add l b,a
! ipset v7.17: you must specify elements as setname,[before|after],setname
? 1
$ ipset del l b after a
$ ipset test l b
! b is NOT in set l.
? 1
$ ipset test l a,before,b
! a after b is NOT in set l.
? 1
$ ipset list l
Name: l
Type: list:set
Revision: 3
Header: size 8
Size in memory: 128
References: 0
Number of entries: 1
Members:
a

== create options of each type
$ ipset create a hash:ip markmask 5
! ipset v7.17: Unknown argument: `markmask'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:net netmask 24
! ipset v7.17: Unknown argument: `netmask'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip,port netmask 24
! ipset v7.17: Argument `netmask' is supported in the kernel module of the set type hash:ip,port starting from the revision 7 and you have installed revision 6 only. Your kernel is behind your ipset utility.
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip,port proto tcp
! ipset v7.17: Unknown argument: `proto'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:net,net netmask 24
! ipset v7.17: Argument `netmask' is supported in the kernel module of the set type hash:net,net starting from the revision 4 and you have installed revision 3 only. Your kernel is behind your ipset utility.
! Try `ipset help' for more information.
? 2
$ ipset create a list:set hashsize 64
! ipset v7.17: Unknown argument: `hashsize'
! Try `ipset help' for more information.
? 2
$ ipset create a list:set family inet
! ipset v7.17: Unknown argument: `family'
! Try `ipset help' for more information.
? 2
$ ipset create a list:set forceadd
! ipset v7.17: Unknown argument: `forceadd'
! Try `ipset help' for more information.
? 2
$ ipset create a bitmap:port range 1-5 netmask 24
! ipset v7.17: Unknown argument: `netmask'
! Try `ipset help' for more information.
? 2
$ ipset create a bitmap:port range 1-5 timeout 5 size 3
! ipset v7.17: Unknown argument: `size'
! Try `ipset help' for more information.
? 2
$ ipset create a bitmap:ip,mac range 10.0.0.0/24 netmask 24
! ipset v7.17: Unknown argument: `netmask'
! Try `ipset help' for more information.
? 2
$ ipset create a bitmap:port range x-5
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x' as a tcp port
? 1
$ ipset create a bitmap:port range 5-70000
! ipset v7.17: Syntax error: '70000' is out of range 0-65535
! Syntax error: 'tcp' is invalid as number
! cannot parse '70000' as a tcp port
? 1
$ ipset create a bitmap:port range udp:tftp-80
$ ipset create a bitmap:port from 1
! ipset v7.17: Mandatory option `to' is missing
! Try `ipset help' for more information.
? 2
$ ipset create b bitmap:ip range x
! ipset v7.17: Syntax error: IP/cidr or IP-IP range must be specified: x
? 1
$ ipset create b bitmap:ip range 10.0.0.0-
! ipset v7.17: Syntax error: IP/cidr or IP-IP range must be specified: 10.0.0.0-
? 1
$ ipset create b bitmap:ip range 10.0.0.0/33
! ipset v7.17: Syntax error: '33' is out of range 0-32
? 1
$ ipset create b bitmap:ip range 10.0.0.0/24 netmask 0
! ipset v7.17: Syntax error: '0' is out of range 1-32
! Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset create b bitmap:ip range 10.0.0.0/24 netmask 33
! ipset v7.17: Syntax error: '33' is out of range 1-32
! Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset create b bitmap:ip range ::/64
! ipset v7.17: Syntax error: '64' is out of range 0-32
? 1
$ ipset create b bitmap:ip from 10.0.0.0
! ipset v7.17: Mandatory option `to' is missing
! Try `ipset help' for more information.
? 2
$ ipset create b bitmap:ip,mac from 10.0.0.1 to 10.0.0.7
$ ipset create c hash:mac -4
! ipset v7.17: Unknown argument: `-4'
! Try `ipset help' for more information.
? 2
$ ipset create c hash:ip timeout
! ipset v7.17: Missing mandatory argument of option `timeout'
! Try `ipset help' for more information.
? 2
$ ipset create c hash:ip timeout x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create c hash:ip timeout 2147484
! ipset v7.17: Syntax error: '2147484' is out of range 0-2147483
? 1
$ ipset create c hash:ip timeout 4294967296
! ipset v7.17: Syntax error: '4294967296' is out of range 0-2147483
? 1
$ ipset create c hash:ip maxelem x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create c hash:ip maxelem -5
! ipset v7.17: Syntax error: '-5' is out of range 0-4294967295
? 1
$ ipset create c hash:ip initval x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create c hash:ip initval 4294967296
! ipset v7.17: Syntax error: '4294967296' is out of range 0-4294967295
? 1
$ ipset create c hash:ip bucketsize x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create c hash:ip,mark markmask x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create c hash:ip,mark markmask 0x1ffffffff
! ipset v7.17: Syntax error: '0x1ffffffff' is out of range 0-4294967295
? 1
$ ipset create c hash:ip counter
! ipset v7.17: Unknown argument: `counter'
! Try `ipset help' for more information.
? 2
$ ipset create c hash:ip --counters --timeout 5 initval 1
$ ipset create d hash:ip -timeout 5 initval 1
! ipset v7.17: Unknown argument: `-timeout'
! Try `ipset help' for more information.
? 2
$ ipset create e hash:ip TIMEOUT 5 initval 1
! ipset v7.17: Unknown argument: `TIMEOUT'
! Try `ipset help' for more information.
? 2
$ ipset create f hash:ip hashsize 010 initval 1
$ ipset create g hash:ip hashsize 0x400 initval 1
$ ipset create h hash:ip hashsize +64 initval 1
$ ipset create i hash:ip hashsize ' 64' initval 1
$ ipset create j hash:ip hashsize '64 ' initval 1
! ipset v7.17: Syntax error: '64 ' is invalid as number
? 1
$ ipset create k hash:ip hashsize '' initval 1
! ipset v7.17: Syntax error: '' is invalid as number
? 1
$ ipset create l macipmap from 10.0.0.0 to 10.0.0.9
$ ipset create m netporthash initval 1
$ ipset create n ipportiphash initval 1
$ ipset create o ipportnethash initval 1
$ ipset create p iptree initval 1
! ipset v7.17: Syntax error: typename 'iptree' is unknown
? 1
$ ipset create q iptreemap initval 1
! ipset v7.17: Syntax error: typename 'iptreemap' is unknown
? 1
$ ipset create r machash initval 1
$ ipset create s bitmap:ip range 10.0.0.0-10.0.0.0
$ ipset save
create a bitmap:port range 69-80
create b bitmap:ip,mac range 10.0.0.1-10.0.0.7
create c hash:ip family inet hashsize 1024 maxelem 65536 timeout 5 counters bucketsize 12 initval 0x00000001
create f hash:ip family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
create g hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create h hash:ip family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
create i hash:ip family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
create l bitmap:ip,mac range 10.0.0.0-10.0.0.9
create m hash:net,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create n hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create o hash:ip,port,net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create r hash:mac hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create s bitmap:ip range 10.0.0.0-10.0.0.0

== the old options of the command line
$ ipset -N a iphash -! 
$ ipset -N b iphash --hashsize 64 --probes 2 --initval 1
! Warning: Option '--probes 2' is ignored. Please upgrade your syntax.
$ ipset -A b 1.1.1.1 
$ ipset -U b
! ipset v7.17: No command specified: unknown argument -U
! Try `ipset help' for more information.
? 2
$ ipset add b 1.1.1.2 --timeout 5
! ipset v7.17: Timeout cannot be used: set was created without timeout support
? 1
$ ipset add b 1.1.1.2 --exist
$ ipset add b 1.1.1.2 -EXIST
! ipset v7.17: Unknown argument: `-EXIST'
! Try `ipset help' for more information.
? 2
$ ipset -exist -q add b 1.1.1.2
$ ipset -r list b -t
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 272
References: 0
Number of entries: 2
$ ipset -resolve list b -t
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 272
References: 0
Number of entries: 2
$ ipset -v
ipset v7.17, protocol version: 7
$ ipset -t list b
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 272
References: 0
Number of entries: 2
$ ipset --terse list b
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 272
References: 0
Number of entries: 2
$ ipset --name list
a
b
$ ipset -o xml list nope
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset quit
$ ipset list b -exist -t
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 272
References: 0
Number of entries: 2
$ ipset -f
! ipset v7.17: Missing mandatory argument to option -f
! Try `ipset help' for more information.
? 2
$ ipset destroy -q nope
? 1
$ ipset flush -q
$ ipset swap -q a nope
? 1
$ ipset -L -n
a
b
$ ipset --list --name
a
b
$ ipset list x y z
! ipset v7.17: Unknown argument y
! Try `ipset help' for more information.
? 2
$ ipset rename a b c
! ipset v7.17: Unknown argument c
! Try `ipset help' for more information.
? 2
$ ipset swap a b c
! ipset v7.17: Unknown argument c
! Try `ipset help' for more information.
? 2
$ ipset add a 1.1.1.1 -f
! ipset v7.17: Missing mandatory argument to option -f
! Try `ipset help' for more information.
? 2

== comments
$ ipset create a hash:ip comment initval 1
$ ipset add a 10.0.0.1 comment 'it is "quoted"'
! ipset v7.17: Syntax error: " character is not permitted in comments
? 1
$ ipset add a 10.0.0.2 comment "ünïcode"
$ ipset add a 10.0.0.3 comment "  spaces  "
$ ipset add a 10.0.0.4 comment "a"
$ ipset add a 10.0.0.4 -exist
$ ipset add a 10.0.0.5 comment -exist
! ipset v7.17: Missing mandatory argument of option `comment'
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.6 comment "#"
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
Size in memory: 519
References: 0
Number of entries: 4
Members:
10.0.0.3 comment "  spaces  "
10.0.0.6 comment "#"
10.0.0.2 comment "ünïcode"
10.0.0.4
$ ipset restore
< add a 10.0.0.7 comment "ünïcode"
< add a 10.0.0.8 comment "x" -exist
< add a 10.0.0.9 comment "unclosed
! ipset v7.17: Missing mandatory argument of option `comment'
! Try `ipset help' for more information.
? 2
$ ipset restore
< add a 10.0.0.10 comment "a "b" c"
$ ipset restore
< add a 10.0.0.11 comment #x
$ ipset restore
< add	a	10.0.0.12	comment	"tab	s"
$ ipset restore
< add a 10.0.0.13 comment "a"b
$ ipset restore
< add a 10.0.0.14 comment a"b
! ipset v7.17: Missing mandatory argument of option `comment'
! Try `ipset help' for more information.
? 2
$ ipset restore
< add a 10.0.0.15 comment "\"
$ ipset -s save
create a hash:ip family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
add a 10.0.0.2 comment "ünïcode"
add a 10.0.0.3 comment "  spaces  "
add a 10.0.0.4
add a 10.0.0.6 comment "#"
add a 10.0.0.10 comment "a b c"
add a 10.0.0.11 comment "#x"
add a 10.0.0.12 comment "tab	s"
add a 10.0.0.13 comment "ab"
add a 10.0.0.15 comment "\"
$ ipset list -s a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
Size in memory: 939
References: 0
Number of entries: 9
Members:
10.0.0.2 comment "ünïcode"
10.0.0.3 comment "  spaces  "
10.0.0.4
10.0.0.6 comment "#"
10.0.0.10 comment "a b c"
10.0.0.11 comment "#x"
10.0.0.12 comment "tab	s"
10.0.0.13 comment "ab"
10.0.0.15 comment "\"

== hash:ip with counters, sorted
$ ipset create a hash:net,port counters timeout 0 initval 1
$ ipset restore
< add a 10.0.0.0/8,80
< add a 9.0.0.0/8,80
< add a 10.0.0.0/9,80
< add a 100.0.0.0/9,80
< add a 10.0.0.0/8,udp:7
< add a 10.0.0.0/8,7
$ ipset -s save a
create a hash:net,port family inet hashsize 1024 maxelem 65536 timeout 0 counters bucketsize 12 initval 0x00000001
add a 9.0.0.0/8,tcp:80 timeout 0 packets 0 bytes 0
add a 10.0.0.0/9,tcp:80 timeout 0 packets 0 bytes 0
add a 10.0.0.0/8,tcp:7 timeout 0 packets 0 bytes 0
add a 10.0.0.0/8,tcp:80 timeout 0 packets 0 bytes 0
add a 10.0.0.0/8,udp:7 timeout 0 packets 0 bytes 0
add a 100.0.0.0/9,tcp:80 timeout 0 packets 0 bytes 0
$ ipset list a -s
Name: a
Type: hash:net,port
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 timeout 0 counters bucketsize 12 initval 0x00000001
Size in memory: 1024
References: 0
Number of entries: 6
Members:
9.0.0.0/8,tcp:80 timeout 0 packets 0 bytes 0
10.0.0.0/9,tcp:80 timeout 0 packets 0 bytes 0
10.0.0.0/8,tcp:7 timeout 0 packets 0 bytes 0
10.0.0.0/8,tcp:80 timeout 0 packets 0 bytes 0
10.0.0.0/8,udp:7 timeout 0 packets 0 bytes 0
100.0.0.0/9,tcp:80 timeout 0 packets 0 bytes 0
