# The other hash types: their members on the command line, printed, and in the kernel's order.

== hash:net
$ ipset create a hash:net initval 1
$ ipset add a 10.0.0.0/8
$ ipset add a 10.1.2.3/8
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.1.0.0/16 nomatch
$ ipset add a 10.1.1.0/24
$ ipset add a 192.168.1.1
$ ipset add a 192.168.1.1/32
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 172.16.0.1-172.16.0.10
$ ipset add a 0.0.0.0/0
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset add a 0.0.0.0-255.255.255.255
! ipset v7.17: Invalid range, covers the whole address space
? 1
$ ipset add a 0.0.0.0/1
$ ipset add a 128.0.0.0-255.255.255.254
$ ipset test a 10.0.0.1
! Warning: 10.0.0.1 is in set a.
$ ipset test a 10.1.0.1
! 10.1.0.1 is NOT in set a.
? 1
$ ipset test a 10.1.0.1 nomatch
! Warning: 10.1.0.1 is in set a.
$ ipset test a 10.0.0.1 nomatch
! 10.0.0.1 is NOT in set a.
? 1
$ ipset test a 10.1.1.1
! Warning: 10.1.1.1 is in set a.
$ ipset test a 10.1.0.0/16
! 10.1.0.0/16 is NOT in set a.
? 1
$ ipset test a 10.1.0.0/16 nomatch
! Warning: 10.1.0.0/16 is in set a.
$ ipset test a 10.2.0.0/16
! 10.2.0.0/16 is NOT in set a.
? 1
$ ipset test a 10.0.0.0/8
! Warning: 10.0.0.0/8 is in set a.
$ ipset test a 172.16.0.1-172.16.0.10
! ipset v7.17: FROM-TO IP range is not allowed in command test with set type hash:net and family inet
? 1
$ ipset del a 172.16.0.1-172.16.0.10
$ ipset del a 10.0.0.0/9
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset add a 10.1.0.0/16 -exist
$ ipset add a 10.1.1.0/24 nomatch -exist
$ ipset list a
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 2176
References: 0
Number of entries: 36
Members:
255.252.0.0/15
10.1.0.0/16
10.0.0.0/8
10.1.1.0/24 nomatch
255.255.128.0/18
255.255.248.0/22
255.255.254.0/24
255.255.0.0/17
252.0.0.0/7
255.255.255.0/25
192.0.0.0/3
128.0.0.0/2
255.255.252.0/23
255.248.0.0/14
255.128.0.0/10
255.255.255.192/27
255.0.0.0/9
240.0.0.0/5
224.0.0.0/4
255.192.0.0/11
0.0.0.0/1
255.255.224.0/20
255.255.255.128/26
255.255.192.0/19
255.255.255.224/28
255.255.255.254
255.255.240.0/21
255.240.0.0/13
255.224.0.0/12
192.168.1.1
255.255.255.248/30
254.0.0.0/8
255.254.0.0/16
255.255.255.240/29
255.255.255.252/31
248.0.0.0/6
$ ipset save a
create a hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 255.252.0.0/15
add a 10.1.0.0/16
add a 10.0.0.0/8
add a 10.1.1.0/24 nomatch
add a 255.255.128.0/18
add a 255.255.248.0/22
add a 255.255.254.0/24
add a 255.255.0.0/17
add a 252.0.0.0/7
add a 255.255.255.0/25
add a 192.0.0.0/3
add a 128.0.0.0/2
add a 255.255.252.0/23
add a 255.248.0.0/14
add a 255.128.0.0/10
add a 255.255.255.192/27
add a 255.0.0.0/9
add a 240.0.0.0/5
add a 224.0.0.0/4
add a 255.192.0.0/11
add a 0.0.0.0/1
add a 255.255.224.0/20
add a 255.255.255.128/26
add a 255.255.192.0/19
add a 255.255.255.224/28
add a 255.255.255.254
add a 255.255.240.0/21
add a 255.240.0.0/13
add a 255.224.0.0/12
add a 192.168.1.1
add a 255.255.255.248/30
add a 254.0.0.0/8
add a 255.254.0.0/16
add a 255.255.255.240/29
add a 255.255.255.252/31
add a 248.0.0.0/6
$ ipset create b hash:net netmask 24
! ipset v7.17: Unknown argument: `netmask'
! Try `ipset help' for more information.
? 2
$ ipset create c hash:net timeout 100 counters comment skbinfo initval 1
$ ipset add c 10.0.0.0/8 nomatch timeout 0 packets 1 bytes 2 comment "c" skbmark 0x1
$ ipset save c
create c hash:net family inet hashsize 1024 maxelem 65536 timeout 100 counters comment skbinfo bucketsize 12 initval 0x00000001
add c 10.0.0.0/8 timeout 0 nomatch packets 1 bytes 2 comment "c" skbmark 0x1

== hash:ip,port
$ ipset create a hash:ip,port initval 1
$ ipset add a 10.0.0.1,80
$ ipset add a 10.0.0.1,tcp:80
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,udp:80
$ ipset add a 10.0.0.1,tcp:http
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,domain
$ ipset add a 10.0.0.1,udp:tftp
$ ipset add a 10.0.0.1,tftp
! ipset v7.17: Syntax error: 'tftp' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'tftp' as a tcp port
? 1
$ ipset add a 10.0.0.1,sctp:5
$ ipset add a 10.0.0.1,udplite:6
$ ipset add a 10.0.0.1,icmp:ping
$ ipset add a 10.0.0.1,icmp:PING
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,icmp:echo
$ ipset add a 10.0.0.1,icmp:3/1
$ ipset add a 10.0.0.1,icmp:3/256
! ipset v7.17: Syntax error: '256' is out of range 0-255
? 1
$ ipset add a 10.0.0.1,icmp:300/1
! ipset v7.17: Syntax error: '300' is out of range 0-255
? 1
$ ipset add a 10.0.0.1,icmp:8
! ipset v7.17: Cannot parse 8 as an ICMP type/code.
? 1
$ ipset add a 10.0.0.1,icmp:1/2
$ ipset add a 10.0.0.1,icmp:3/1-3/4
! ipset v7.17: Syntax error: '1-3/4' is invalid as number
? 1
$ ipset add a 10.0.0.1,icmpv6:1/2
! ipset v7.17: Syntax error: Protocol ICMPv6 can be used with family inet6 only
! Invalid add command: missing setname
? 1
$ ipset add a 10.0.0.1,gre:0
$ ipset add a 10.0.0.1,gre:5
! ipset v7.17: Syntax error: Protocol gre can be used with pseudo port value 0 only.
? 1
$ ipset add a 10.0.0.1,47:0
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,0:0
! ipset v7.17: Invalid protocol specified
? 1
$ ipset add a 10.0.0.1,6:81
$ ipset add a 10.0.0.1,200:0
$ ipset add a 10.0.0.1,256:0
! ipset v7.17: Syntax error: cannot parse '256' as a protocol
? 1
$ ipset add a 10.0.0.1,foo:1
! ipset v7.17: Syntax error: cannot parse 'foo' as a protocol
? 1
$ ipset add a 10.0.0.1,TCP:82
$ ipset add a 10.0.0.1,tcp:90-92
$ ipset add a 10.0.0.1,tcp:96-94
$ ipset add a 10.0.0.1,ftp-ssh
$ ipset add a 10.0.0.1,[ftp-data]-ssh
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,tcp:[ftp-data]
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,tcp:0
$ ipset add a 10.0.0.1,tcp:65536
! ipset v7.17: Syntax error: '65536' is out of range 0-65535
! Syntax error: 'tcp' is invalid as number
! cannot parse '65536' as a tcp port
? 1
$ ipset add a 10.0.0.1,tcp:
! ipset v7.17: Syntax error: 'tcp:' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'tcp:' as a tcp port
? 1
$ ipset add a 10.0.0.1,:80
! ipset v7.17: Syntax error: ':80' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse ':80' as a tcp port
? 1
$ ipset add a 10.0.0.1,
! ipset v7.17: Syntax error: Second element is missing from 10.0.0.1,.
? 1
$ ipset add a 10.0.0.1
! ipset v7.17: Syntax error: Second element is missing from 10.0.0.1.
? 1
$ ipset add a 10.0.0.1,80,90
! ipset v7.17: Syntax error: Two elem separators in 10.0.0.1,80,90, but settype hash:ip,port supports one.
? 1
$ ipset add a 10.0.0.1,tcp:010
$ ipset add a 10.0.0.1,tcp:0x11
$ ipset add a 10.0.1.0/30,tcp:80-81
$ ipset add a 10.0.2.1-10.0.2.3,udp:53
$ ipset add a 0.0.0.0,tcp:80
$ ipset test a 10.0.1.1,80
! Warning: 10.0.1.1,tcp:80 is in set a.
$ ipset test a 10.0.1.1,tcp:80-81
! ipset v7.17: FROM-TO port range is not allowed in command test with set type hash:ip,port and family inet
? 1
$ ipset test a 10.0.1.0/30,tcp:80
! ipset v7.17: IP/CIDR range is not allowed in command test with set type hash:ip,port and family inet
? 1
$ ipset test a 10.0.1.1,udp:80
! 10.0.1.1,udp:80 is NOT in set a.
? 1
$ ipset del a 10.0.1.0/30,tcp:80-81
$ ipset list a
Name: a
Type: hash:ip,port
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1584
References: 0
Number of entries: 30
Members:
10.0.0.1,icmp:echo-reply
10.0.0.1,tcp:21
10.0.0.1,tcp:20
10.0.0.1,tcp:22
10.0.0.1,tcp:92
10.0.0.1,udplite:6
0.0.0.0,tcp:80
10.0.0.1,tcp:96
10.0.2.2,udp:53
10.0.0.1,tcp:80
10.0.0.1,tcp:82
10.0.0.1,icmp:echo-request
10.0.2.3,udp:53
10.0.0.1,sctp:5
10.0.0.1,tcp:8
10.0.0.1,tcp:81
10.0.0.1,tcp:95
10.0.0.1,tcp:53
10.0.0.1,tcp:0
10.0.0.1,udp:80
10.0.0.1,udp:69
10.0.0.1,tcp:94
10.0.2.1,udp:53
10.0.0.1,tcp:17
10.0.0.1,tcp:91
10.0.0.1,tcp:90
10.0.0.1,icmp:host-unreachable
10.0.0.1,icmp:1/2
10.0.0.1,200:0
10.0.0.1,gre:0
$ ipset -s save a
create a hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 0.0.0.0,tcp:80
add a 10.0.0.1,200:0
add a 10.0.0.1,gre:0
add a 10.0.0.1,tcp:0
add a 10.0.0.1,tcp:8
add a 10.0.0.1,tcp:17
add a 10.0.0.1,tcp:20
add a 10.0.0.1,tcp:21
add a 10.0.0.1,tcp:22
add a 10.0.0.1,tcp:53
add a 10.0.0.1,tcp:80
add a 10.0.0.1,tcp:81
add a 10.0.0.1,tcp:82
add a 10.0.0.1,tcp:90
add a 10.0.0.1,tcp:91
add a 10.0.0.1,tcp:92
add a 10.0.0.1,tcp:94
add a 10.0.0.1,tcp:95
add a 10.0.0.1,tcp:96
add a 10.0.0.1,udp:69
add a 10.0.0.1,udp:80
add a 10.0.0.1,icmp:1/2
add a 10.0.0.1,icmp:echo-reply
add a 10.0.0.1,icmp:echo-request
add a 10.0.0.1,icmp:host-unreachable
add a 10.0.0.1,sctp:5
add a 10.0.0.1,udplite:6
add a 10.0.2.1,udp:53
add a 10.0.2.2,udp:53
add a 10.0.2.3,udp:53
$ ipset create b hash:ip,port family inet6 initval 1
$ ipset add b ::1,icmpv6:ping
$ ipset add b ::1,ipv6-icmp:1/9
$ ipset add b ::1,icmp:ping
! ipset v7.17: Syntax error: Protocol ICMP can be used with family inet only
! Invalid add command: missing setname
? 1
$ ipset add b ::1,tcp:80-82
$ ipset add b ::/0,tcp:80
! ipset v7.17: Syntax error: plain IP address must be supplied: ::/0
? 1
$ ipset save b
create b hash:ip,port family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b ::1,tcp:82
add b ::1,tcp:80
add b ::1,ipv6-icmp:echo-request
add b ::1,ipv6-icmp:1/9
add b ::1,tcp:81

== hash:ip,port,ip and hash:ip,port,net
$ ipset create a hash:ip,port,ip initval 1
$ ipset add a 10.0.0.1,80,10.0.0.2
$ ipset add a 10.0.0.1,80
! ipset v7.17: Syntax error: Third element is missing from 10.0.0.1,80.
? 1
$ ipset add a 10.0.0.1,80,10.0.0.2,5
! ipset v7.17: Syntax error: Three elem separators in 10.0.0.1,80,10.0.0.2,5, but settype hash:ip,port,ip supports two.
? 1
$ ipset add a 10.0.0.0/31,udp:5-6,10.0.0.9
$ ipset add a 10.0.0.1,80,10.0.0.0/24
! ipset v7.17: Syntax error: plain IP address must be supplied: 10.0.0.0/24
? 1
$ ipset add a 10.0.0.1,80,10.0.0.2-10.0.0.3
! ipset v7.17: Syntax error: plain IP address must be supplied: 10.0.0.2-10.0.0.3
? 1
$ ipset add a 10.0.0.1,icmp:0/0,0.0.0.0
$ ipset test a 10.0.0.1,80,10.0.0.2
! Warning: 10.0.0.1,tcp:80,10.0.0.2 is in set a.
$ ipset test a 10.0.0.1,81,10.0.0.2
! 10.0.0.1,tcp:81,10.0.0.2 is NOT in set a.
? 1
$ ipset list a
Name: a
Type: hash:ip,port,ip
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 536
References: 0
Number of entries: 6
Members:
10.0.0.1,udp:5,10.0.0.9
10.0.0.0,udp:5,10.0.0.9
10.0.0.0,udp:6,10.0.0.9
10.0.0.1,udp:6,10.0.0.9
10.0.0.1,tcp:80,10.0.0.2
10.0.0.1,icmp:echo-reply,0.0.0.0
$ ipset create b hash:ip,port,net initval 1
$ ipset add b 10.0.0.1,80,10.0.0.0/24
$ ipset add b 10.0.0.1,80,10.0.0.77/24
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add b 10.0.0.1,80,10.0.0.128/25 nomatch
$ ipset add b 10.0.0.0/31,81-82,10.0.0.0-10.0.0.5
$ ipset add b 10.0.0.1,80,0.0.0.0/0
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset add b 10.0.0.1,80,10.1.1.1
$ ipset test b 10.0.0.1,80,10.0.0.1
! Warning: 10.0.0.1,tcp:80,10.0.0.1 is in set b.
$ ipset test b 10.0.0.1,80,10.0.0.129
! 10.0.0.1,tcp:80,10.0.0.129 is NOT in set b.
? 1
$ ipset test b 10.0.0.1,80,10.0.0.0/24
! Warning: 10.0.0.1,tcp:80,10.0.0.0/24 is in set b.
$ ipset test b 10.0.0.1,80,10.0.1.1
! 10.0.0.1,tcp:80,10.0.1.1 is NOT in set b.
? 1
$ ipset list b
Name: b
Type: hash:ip,port,net
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1072
References: 0
Number of entries: 11
Members:
10.0.0.1,tcp:81,10.0.0.0/30
10.0.0.0,tcp:81,10.0.0.4/31
10.0.0.1,tcp:82,10.0.0.0/30
10.0.0.1,tcp:80,10.1.1.1
10.0.0.1,tcp:80,10.0.0.128/25 nomatch
10.0.0.1,tcp:80,10.0.0.0/24
10.0.0.1,tcp:81,10.0.0.4/31
10.0.0.0,tcp:81,10.0.0.0/30
10.0.0.1,tcp:82,10.0.0.4/31
10.0.0.0,tcp:82,10.0.0.0/30
10.0.0.0,tcp:82,10.0.0.4/31
$ ipset create c hash:ip,port,net family inet6 initval 1
$ ipset add c ::1,80,2001:db8::/32
$ ipset test c ::1,80,2001:db8::7
! Warning: ::1,tcp:80,2001:db8::7 is in set c.
$ ipset list c
Name: c
Type: hash:ip,port,net
Revision: 8
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1352
References: 0
Number of entries: 1
Members:
::1,tcp:80,2001:db8::/32

== hash:net,port
$ ipset create a hash:net,port initval 1
$ ipset add a 10.0.0.0/24,80
$ ipset add a 10.0.0.0/16,udp:53 nomatch
$ ipset add a 10.0.0.0/8,udp:53
$ ipset add a 10.1.0.0-10.1.0.9,tcp:5-6
$ ipset add a 10.2.0.1,icmp:ping
$ ipset add a 0.0.0.0/0,80
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset test a 10.0.0.1,80
! Warning: 10.0.0.1,tcp:80 is in set a.
$ ipset test a 10.0.0.1,udp:53
! 10.0.0.1,udp:53 is NOT in set a.
? 1
$ ipset test a 10.9.0.1,udp:53
! Warning: 10.9.0.1,udp:53 is in set a.
$ ipset test a 10.9.0.1,udp:54
! 10.9.0.1,udp:54 is NOT in set a.
? 1
$ ipset del a 10.0.0.0/16,udp:53
$ ipset test a 10.0.0.1,udp:53
! Warning: 10.0.0.1,udp:53 is in set a.
$ ipset list a
Name: a
Type: hash:net,port
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 784
References: 0
Number of entries: 7
Members:
10.1.0.8/31,tcp:5
10.1.0.8/31,tcp:6
10.0.0.0/8,udp:53
10.2.0.1,icmp:echo-request
10.1.0.0/29,tcp:6
10.0.0.0/24,tcp:80
10.1.0.0/29,tcp:5

== hash:net,iface
$ ipset create a hash:net,iface initval 1
$ ipset add a 10.0.0.0/24,eth0
$ ipset add a 10.0.0.0/24,eth1
$ ipset add a 10.0.0.0/24,eth0
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.0/24,physdev:eth0
$ ipset add a 10.0.0.0/16,eth2
$ ipset add a 10.0.0.0/8,ppp wildcard
$ ipset add a 0.0.0.0/0,lo
$ ipset add a 10.1.0.0-10.1.0.5,eth0 nomatch
$ ipset add a 10.0.0.0/24,toolonginterfacename
! ipset v7.17: Syntax error: interface name 'toolonginterfacename' is longer than 15 characters
? 1
$ ipset add a 10.0.0.0/24,exactly15charss
$ ipset add a 10.0.0.0/24,
! ipset v7.17: Syntax error: Second element is missing from 10.0.0.0/24,.
? 1
$ ipset add a 10.0.0.0/24
! ipset v7.17: Syntax error: Second element is missing from 10.0.0.0/24.
? 1
$ ipset add a 10.0.0.0/24,eth0,x
! ipset v7.17: Syntax error: Two elem separators in 10.0.0.0/24,eth0,x, but settype hash:net,iface supports one.
? 1
$ ipset test a 10.0.0.1,eth0
! Warning: 10.0.0.1,eth0 is in set a.
$ ipset test a 10.0.0.1,eth2
! 10.0.0.1,eth2 is NOT in set a.
? 1
$ ipset test a 10.0.1.1,eth2
! Warning: 10.0.1.1,eth2 is in set a.
$ ipset test a 10.2.1.1,ppp7
! Warning: 10.2.1.1,ppp7 is in set a.
$ ipset test a 10.2.1.1,eth7
! 10.2.1.1,eth7 is NOT in set a.
? 1
$ ipset test a 10.2.1.1,lo
! 10.2.1.1,lo is NOT in set a.
? 1
$ ipset test a 11.2.1.1,lo
! Warning: 11.2.1.1,lo is in set a.
$ ipset test a 10.0.0.0/24,eth0
! Warning: 10.0.0.0/24,eth0 is in set a.
$ ipset test a 10.0.0.0/24,physdev:eth0
! Warning: 10.0.0.0/24,eth0 is in set a.
$ ipset list a
Name: a
Type: hash:net,iface
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1184
References: 0
Number of entries: 9
Members:
10.0.0.0/24,eth0
10.0.0.0/24,eth1
10.0.0.0/24,exactly15charss
10.1.0.0/30,eth0 nomatch
10.0.0.0/24,physdev:eth0
0.0.0.0/0,lo
10.0.0.0/16,eth2
10.0.0.0/8,ppp wildcard
10.1.0.4/31,eth0 nomatch
$ ipset create b hash:net,iface initval 5 hashsize 64
$ ipset add b 10.0.0.0/24,e1
$ ipset add b 10.0.0.0/24,e2
$ ipset add b 10.0.0.0/24,e3
$ ipset add b 10.0.0.0/24,e4
$ ipset add b 10.0.0.0/24,e5
$ ipset add b 10.0.0.0/24,e6
$ ipset add b 10.0.0.0/24,e7
$ ipset add b 10.0.0.0/24,e8
$ ipset add b 10.0.0.0/24,e9
$ ipset add b 10.0.0.0/24,e10
$ ipset add b 10.0.0.0/24,e11
$ ipset add b 10.0.0.0/24,e12
$ ipset add b 10.0.0.0/24,e13
$ ipset add b 10.0.0.0/24,e14
$ ipset del b 10.0.0.0/24,e3
$ ipset del b 10.0.0.0/24,e5
$ ipset del b 10.0.0.0/24,e3
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset list b
Name: b
Type: hash:net,iface
Revision: 8
Header: family inet hashsize 64 maxelem 65536 bucketsize 14 initval 0x00000005
Size in memory: 1008
References: 0
Number of entries: 12
Members:
10.0.0.0/24,e1
10.0.0.0/24,e2
10.0.0.0/24,e4
10.0.0.0/24,e6
10.0.0.0/24,e7
10.0.0.0/24,e8
10.0.0.0/24,e9
10.0.0.0/24,e10
10.0.0.0/24,e11
10.0.0.0/24,e12
10.0.0.0/24,e13
10.0.0.0/24,e14

== hash:mac and hash:ip,mac
$ ipset create a hash:mac initval 1
$ ipset add a 02:00:00:00:00:0a
$ ipset add a 02:00:00:00:00:0A
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 00:00:00:00:00:00
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset add a 2:0:0:0:0:1
$ ipset add a 02-00-00-00-00-01
! ipset v7.17: Syntax error: cannot parse '02-00-00-00-00-01' as ethernet address
? 1
$ ipset add a 02:00:00:00:00
! ipset v7.17: Syntax error: cannot parse '02:00:00:00:00' as ethernet address
? 1
$ ipset add a 02:00:00:00:00:0a:0b
! ipset v7.17: Syntax error: cannot parse '02:00:00:00:00:0a:0b' as ethernet address
? 1
$ ipset add a 02:00:00:00:00:gg
! ipset v7.17: Syntax error: cannot parse '02:00:00:00:00:gg' as ethernet address
? 1
$ ipset add a 10.0.0.1
! ipset v7.17: Syntax error: cannot parse '10.0.0.1' as ethernet address
? 1
$ ipset test a 02:00:00:00:00:0a
! Warning: 02:00:00:00:00:0A is in set a.
$ ipset list a
Name: a
Type: hash:mac
Revision: 1
Header: hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 288
References: 0
Number of entries: 2
Members:
02:00:00:00:00:01
02:00:00:00:00:0A
$ ipset create b hash:mac family inet
! ipset v7.17: Unknown argument: `family'
! Try `ipset help' for more information.
? 2
$ ipset create c hash:ip,mac initval 1
$ ipset add c 10.0.0.1,02:00:00:00:00:0a
$ ipset add c 10.0.0.1
! ipset v7.17: Syntax error: Second element is missing from 10.0.0.1.
? 1
$ ipset add c 10.0.0.1,00:00:00:00:00:00
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset add c 10.0.0.0/24,02:00:00:00:00:0a
! ipset v7.17: IP/CIDR range is not allowed in command add with set type hash:ip,mac and family inet
? 1
$ ipset test c 10.0.0.1,02:00:00:00:00:0a
! Warning: 10.0.0.1,02:00:00:00:00:0A is in set c.
$ ipset test c 10.0.0.1,02:00:00:00:00:0b
! 10.0.0.1,02:00:00:00:00:0B is NOT in set c.
? 1
$ ipset list c
Name: c
Type: hash:ip,mac
Revision: 1
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 256
References: 0
Number of entries: 1
Members:
10.0.0.1,02:00:00:00:00:0A

== hash:ip,mark
$ ipset create a hash:ip,mark initval 1
$ ipset add a 10.0.0.1,5
$ ipset add a 10.0.0.1,0x5
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,0
$ ipset add a 0.0.0.0,0
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset add a 0.0.0.0,1
$ ipset add a 10.0.0.0/30,0x63
$ ipset add a 10.0.0.1,4294967296
! ipset v7.17: Syntax error: '4294967296' is out of range 0-4294967295
? 1
$ ipset add a 10.0.0.1,x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset add a 10.0.0.1,010
$ ipset test a 10.0.0.1,5
! Warning: 10.0.0.1,0x00000005 is in set a.
$ ipset list a
Name: a
Type: hash:ip,mark
Revision: 3
Header: family inet markmask 0xffffffff hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 576
References: 0
Number of entries: 8
Members:
10.0.0.0,0x00000063
10.0.0.1,0x00000005
0.0.0.0,0x00000001
10.0.0.2,0x00000063
10.0.0.1,0x00000000
10.0.0.1,0x00000008
10.0.0.3,0x00000063
10.0.0.1,0x00000063
$ ipset create b hash:ip,mark markmask 0xff initval 1
$ ipset add b 10.0.0.1,0x1234
$ ipset test b 10.0.0.1,0x5534
! Warning: 10.0.0.1,0x00005534 is in set b.
$ ipset create c hash:ip,mark markmask 0
! ipset v7.17: The value of the markmask parameter is invalid
? 1
$ ipset create d hash:ip,mark markmask 16 initval 1
$ ipset save
create a hash:ip,mark family inet markmask 0xffffffff hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.0,0x00000063
add a 10.0.0.1,0x00000005
add a 0.0.0.0,0x00000001
add a 10.0.0.2,0x00000063
add a 10.0.0.1,0x00000000
add a 10.0.0.1,0x00000008
add a 10.0.0.3,0x00000063
add a 10.0.0.1,0x00000063
create b hash:ip,mark family inet markmask 0x000000ff hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b 10.0.0.1,0x00000034
create d hash:ip,mark family inet markmask 0x00000010 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001

== hash:net,net and hash:net,port,net
$ ipset create a hash:net,net initval 1
$ ipset add a 10.0.0.0/24,10.1.0.0/16
$ ipset add a 10.0.0.0/8,10.1.0.0/24 nomatch
$ ipset add a 10.0.0.0/30,10.2.0.1-10.2.0.6
$ ipset add a 0.0.0.0/0,10.0.0.0/8
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset add a 10.5.5.5,10.6.6.6
$ ipset test a 10.0.0.1,10.1.0.1
! Warning: 10.0.0.1,10.1.0.1 is in set a.
$ ipset test a 10.0.1.1,10.1.0.1
! 10.0.1.1,10.1.0.1 is NOT in set a.
? 1
$ ipset test a 10.0.0.1,10.2.0.3
! Warning: 10.0.0.1,10.2.0.3 is in set a.
$ ipset test a 10.0.0.0/24,10.1.0.0/16
! Warning: 10.0.0.0/24,10.1.0.0/16 is in set a.
$ ipset test a 10.0.0.0/24,10.1.0.1
! 10.0.0.0/24,10.1.0.1 is NOT in set a.
? 1
$ ipset list a
Name: a
Type: hash:net,net
Revision: 3
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1032
References: 0
Number of entries: 7
Members:
10.0.0.0/30,10.2.0.2/31
10.0.0.0/30,10.2.0.1
10.0.0.0/30,10.2.0.4/31
10.0.0.0/8,10.1.0.0/24 nomatch
10.5.5.5,10.6.6.6
10.0.0.0/24,10.1.0.0/16
10.0.0.0/30,10.2.0.6
$ ipset create b hash:net,port,net initval 1
$ ipset add b 10.0.0.0/24,80,10.1.0.0/16
$ ipset add b 0.0.0.0/0,80,0.0.0.0/0
$ ipset add b 0.0.0.0/0,81-82,10.0.0.0-10.0.0.2 nomatch
$ ipset test b 10.0.0.1,80,10.1.0.1
! Warning: 10.0.0.1,tcp:80,10.1.0.1 is in set b.
$ ipset test b 1.1.1.1,80,2.2.2.2
! Warning: 1.1.1.1,tcp:80,2.2.2.2 is in set b.
$ ipset test b 1.1.1.1,81,10.0.0.1
! 1.1.1.1,tcp:81,10.0.0.1 is NOT in set b.
? 1
$ ipset test b 1.1.1.1,83,10.0.0.1
! 1.1.1.1,tcp:83,10.0.0.1 is NOT in set b.
? 1
$ ipset list b
Name: b
Type: hash:net,port,net
Revision: 3
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 984
References: 0
Number of entries: 6
Members:
0.0.0.0/0,tcp:81,10.0.0.2 nomatch
0.0.0.0/0,tcp:81,10.0.0.0/31 nomatch
0.0.0.0/0,tcp:80,0.0.0.0/0
0.0.0.0/0,tcp:82,10.0.0.0/31 nomatch
10.0.0.0/24,tcp:80,10.1.0.0/16
0.0.0.0/0,tcp:82,10.0.0.2 nomatch
