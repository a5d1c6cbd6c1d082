# hash:ip: addresses, ranges, netmasks, and what the extensions print.

== addresses, ranges and networks
$ ipset create a hash:ip initval 0x1
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.1
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1 -exist
$ ipset add a 10.0.1.0/29
$ ipset add a 10.0.2.3-10.0.2.1
$ ipset add a 0.0.0.0
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset add a 255.255.255.255
$ ipset add a 10.0.3.0/0
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset add a 10.0.3.0/33
! ipset v7.17: Syntax error: '33' is out of range 0-32
? 1
$ ipset add a 10.0.3.0/-1
! ipset v7.17: Syntax error: '-1' is out of range 0-255
? 1
$ ipset add a 10.0.3.0/x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset add a 10.0.3.0/
! ipset v7.17: Syntax error: cannot parse 10.0.3.0/: resolving to IPv4 address failed
? 1
$ ipset add a 10.0.3.1-
! ipset v7.17: Syntax error: cannot parse 10.0.3.1-: resolving to IPv4 address failed
? 1
$ ipset add a -10.0.3.1
! ipset v7.17: Syntax error: cannot parse -10.0.3.1: resolving to IPv4 address failed
? 1
$ ipset add a 10.0.3
$ ipset add a 10.9
$ ipset add a 77
$ ipset add a 0x0a000009
! ipset v7.17: Syntax error: cannot parse 0x0a000009: resolving to IPv4 address failed
? 1
$ ipset add a 010.0.0.1
$ ipset add a 256.0.0.1
! ipset v7.17: Syntax error: cannot parse 256.0.0.1: resolving to IPv4 address failed
? 1
$ ipset add a 1.2.3.4.5
! ipset v7.17: Syntax error: cannot parse 1.2.3.4.5: resolving to IPv4 address failed
? 1
$ ipset add a ::1
! ipset v7.17: Syntax error: cannot parse ::1: resolving to IPv4 address failed
? 1
$ ipset add a [10.0.4.1]
$ ipset add a [10.0.4.2
! ipset v7.17: Syntax error: cannot find closing escape character ']' in [10.0.4.2
? 1
$ ipset add a 10.0.4.3,10.0.4.4
! ipset v7.17: Syntax error: Elem separator in 10.0.4.3,10.0.4.4, but settype hash:ip supports none.
? 1
$ ipset add a 10.0.4.5,
! ipset v7.17: Syntax error: cannot parse 10.0.4.5,: resolving to IPv4 address failed
? 1
$ ipset add a tcp:80
! ipset v7.17: Syntax error: cannot parse tcp:80: resolving to IPv4 address failed
? 1
$ ipset add a ''
! ipset v7.17: Syntax error: cannot parse : resolving to IPv4 address failed
? 1
$ ipset test a 10.0.1.3
! Warning: 10.0.1.3 is in set a.
$ ipset test a 10.0.1.9
! 10.0.1.9 is NOT in set a.
? 1
$ ipset test a 10.0.1.0/29
! Warning: 10.0.1.0/29 is in set a.
$ ipset test a 10.0.1.0-10.0.1.1
! Warning: 10.0.1.0-10.0.1.1 is in set a.
$ ipset test a 10.0.1.3/32
! Warning: 10.0.1.3 is in set a.
$ ipset del a 10.0.1.0/30
$ ipset del a 10.0.1.0/29
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset del -exist a 10.0.1.0/29
$ ipset del a 10.0.1.0 -!
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 552
References: 0
Number of entries: 10
Members:
10.0.0.3
10.0.0.1
255.255.255.255
10.0.2.3
10.0.2.1
10.0.0.9
10.0.4.1
0.0.0.77
8.0.0.1
10.0.2.2
$ ipset save a
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.3
add a 10.0.0.1
add a 255.255.255.255
add a 10.0.2.3
add a 10.0.2.1
add a 10.0.0.9
add a 10.0.4.1
add a 0.0.0.77
add a 8.0.0.1
add a 10.0.2.2
$ ipset flush a
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
$ ipset destroy a
$ ipset list a
! ipset v7.17: The set with the given name does not exist
? 1

== netmask
$ ipset create a hash:ip netmask 24 initval 0x1
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.200
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.1.0/22
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.1.0.5-10.1.3.7
$ ipset add a 10.2.3.5-10.2.1.7
$ ipset add a 0.0.0.5
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset test a 10.0.0.77
! Warning: 10.0.0.77 is in set a.
$ ipset test a 10.0.9.77
! 10.0.9.77 is NOT in set a.
? 1
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 netmask 24 bucketsize 12 initval 0x00000001
Size in memory: 472
References: 0
Number of entries: 7
Members:
10.1.2.0
10.1.0.0
10.1.3.0
10.2.2.7
10.0.0.0
10.1.1.0
10.2.1.7
$ ipset create b hash:ip netmask 0
! ipset v7.17: Syntax error: '0' is out of range 1-32
! Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset create b hash:ip netmask 33
! ipset v7.17: Syntax error: '33' is out of range 1-32
! Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset create b hash:ip netmask x
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset create b hash:ip netmask 32 initval 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 bucketsize 12 initval 0x00000001
add a 10.1.2.0
add a 10.1.0.0
add a 10.1.3.0
add a 10.2.2.7
add a 10.0.0.0
add a 10.1.1.0
add a 10.2.1.7
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002

== timeouts
$ ipset create a hash:ip timeout 5 initval 1
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.2 timeout 0
$ ipset add a 10.0.0.3 timeout 2
$ ipset add a 10.0.0.4 timeout 2147483
$ ipset add a 10.0.0.5 timeout 2147484
! ipset v7.17: Syntax error: '2147484' is out of range 0-2147483
? 1
$ ipset add a 10.0.0.5 timeout -1
! ipset v7.17: Syntax error: '-1' is out of range 0-2147483
? 1
$ ipset add a 10.0.0.5 timeout x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset add a 10.0.0.5 timeout
! ipset v7.17: Missing mandatory argument of option `timeout'
! Try `ipset help' for more information.
? 2
$ ipset save a
create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 5 bucketsize 12 initval 0x00000001
add a 10.0.0.3 timeout 1
add a 10.0.0.1 timeout 4
add a 10.0.0.2 timeout 0
add a 10.0.0.4 timeout 2147482
$ sleep 2.2
$ ipset save a
create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 5 bucketsize 12 initval 0x00000001
add a 10.0.0.1 timeout 2
add a 10.0.0.2 timeout 0
add a 10.0.0.4 timeout 2147480
$ ipset test a 10.0.0.3
! 10.0.0.3 is NOT in set a.
? 1
$ ipset del a 10.0.0.3
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset add a 10.0.0.3
$ ipset add a 10.0.0.1 timeout 100 -exist
$ ipset save a
create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 5 bucketsize 12 initval 0x00000001
add a 10.0.0.3 timeout 4
add a 10.0.0.1 timeout 99
add a 10.0.0.2 timeout 0
add a 10.0.0.4 timeout 2147480
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 timeout 5 bucketsize 12 initval 0x00000001
Size in memory: 448
References: 0
Number of entries: 4
Members:
10.0.0.3 timeout 4
10.0.0.1 timeout 99
10.0.0.2 timeout 0
10.0.0.4 timeout 2147480
$ sleep 4
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 timeout 5 bucketsize 12 initval 0x00000001
Size in memory: 448
References: 0
Number of entries: 4
Members:
10.0.0.3 timeout 1
10.0.0.1 timeout 95
10.0.0.2 timeout 0
10.0.0.4 timeout 2147476
$ ipset create b hash:ip initval 2
$ ipset add b 10.0.0.1 timeout 3
! ipset v7.17: Timeout cannot be used: set was created without timeout support
? 1
$ ipset create c hash:ip timeout 0 initval 2
$ ipset add c 10.0.0.1
$ ipset add c 10.0.0.2 timeout 9
$ ipset save c
create c hash:ip family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000002
add c 10.0.0.2 timeout 8
add c 10.0.0.1 timeout 0

== counters, comments, skbinfo
$ ipset create a hash:ip counters comment skbinfo initval 1
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.2 packets 5 bytes 6 comment "two words" skbmark 0x10/0xff skbprio 1:10 skbqueue 3
$ ipset add a 10.0.0.3 packets 18446744073709551614
$ ipset add a 10.0.0.4 packets 18446744073709551615
! ipset v7.17: Syntax error: '18446744073709551615' is out of range 0-18446744073709551614
? 1
$ ipset add a 10.0.0.4 bytes 0x10 comment ""
$ ipset add a 10.0.0.5 comment "it is \"quoted\""
! ipset v7.17: Syntax error: " character is not permitted in comments
? 1
$ ipset add a 10.0.0.6 comment 'back\slash'
$ ipset add a 10.0.0.7 skbmark 5
! ipset v7.17: Syntax error: Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)
? 1
$ ipset add a 10.0.0.8 skbmark 0x5
$ ipset add a 10.0.0.9 skbmark 0x5/0x0
$ ipset add a 10.0.0.10 skbmark 0xffffffff/0xffffffff
$ ipset add a 10.0.0.11 skbmark 0x100000000
$ ipset add a 10.0.0.11 skbmark x
! ipset v7.17: Syntax error: Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)
? 1
$ ipset add a 10.0.0.11 skbmark 0x1/
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.12 skbprio 10
! ipset v7.17: Syntax error: Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)
? 1
$ ipset add a 10.0.0.12 skbprio ffff:ffff
$ ipset add a 10.0.0.13 skbprio 0:0
$ ipset add a 10.0.0.14 skbprio 0:1
$ ipset add a 10.0.0.15 skbprio 10000:1
$ ipset add a 10.0.0.16 skbqueue 65535
$ ipset add a 10.0.0.17 skbqueue 65536
! ipset v7.17: Syntax error: '65536' is out of range 0-65535
? 1
$ ipset add a 10.0.0.18 comment
! ipset v7.17: Missing mandatory argument of option `comment'
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.18 comment aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee12345
$ ipset add a 10.0.0.19 comment aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee123456
! ipset v7.17: Syntax error: Comment is longer than the maximum allowed 255 characters
? 1
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 counters comment skbinfo bucketsize 12 initval 0x00000001
Size in memory: 2437
References: 0
Number of entries: 15
Members:
10.0.0.3 packets 18446744073709551614 bytes 0
10.0.0.14 packets 0 bytes 0 skbprio 0:1
10.0.0.8 packets 0 bytes 0 skbmark 0x5
10.0.0.6 packets 0 bytes 0 comment "back\slash"
10.0.0.1 packets 0 bytes 0
10.0.0.16 packets 0 bytes 0 skbqueue 65535
10.0.0.10 packets 0 bytes 0 skbmark 0xffffffff
10.0.0.9 packets 0 bytes 0 skbmark 0x5/0x0
10.0.0.18 packets 0 bytes 0 comment "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee12345"
10.0.0.12 packets 0 bytes 0 skbprio ffff:ffff
10.0.0.2 packets 5 bytes 6 comment "two words" skbmark 0x10/0xff skbprio 1:10 skbqueue 3
10.0.0.11 packets 0 bytes 0 skbmark 0x0
10.0.0.4 packets 0 bytes 16
10.0.0.15 packets 0 bytes 0 skbprio 0:1
10.0.0.13 packets 0 bytes 0
$ ipset add a 10.0.0.2 packets 7 -exist
$ ipset add a 10.0.0.1 packets 1 bytes 1 -exist
$ ipset add a 10.0.0.1 -exist
$ ipset -s save a
create a hash:ip family inet hashsize 1024 maxelem 65536 counters comment skbinfo bucketsize 12 initval 0x00000001
add a 10.0.0.1 packets 1 bytes 1
add a 10.0.0.2 packets 7 bytes 6
add a 10.0.0.3 packets 18446744073709551614 bytes 0
add a 10.0.0.4 packets 0 bytes 16
add a 10.0.0.6 packets 0 bytes 0 comment "back\slash"
add a 10.0.0.8 packets 0 bytes 0 skbmark 0x5
add a 10.0.0.9 packets 0 bytes 0 skbmark 0x5/0x0
add a 10.0.0.10 packets 0 bytes 0 skbmark 0xffffffff
add a 10.0.0.11 packets 0 bytes 0 skbmark 0x0
add a 10.0.0.12 packets 0 bytes 0 skbprio ffff:ffff
add a 10.0.0.13 packets 0 bytes 0
add a 10.0.0.14 packets 0 bytes 0 skbprio 0:1
add a 10.0.0.15 packets 0 bytes 0 skbprio 0:1
add a 10.0.0.16 packets 0 bytes 0 skbqueue 65535
add a 10.0.0.18 packets 0 bytes 0 comment "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee12345"
$ ipset create b hash:ip initval 1
$ ipset add b 10.0.0.1 packets 1
! ipset v7.17: Packet/byte counters cannot be used: set was created without counter support
? 1
$ ipset add b 10.0.0.1 comment x
! ipset v7.17: Comment cannot be used: set was created without comment support
? 1
$ ipset add b 10.0.0.1 skbmark 0x1
! ipset v7.17: Skbinfo mapping cannot be used: set was created without skbinfo support
? 1
$ ipset add b 10.0.0.1 skbprio 1:1
! ipset v7.17: Skbinfo mapping cannot be used: set was created without skbinfo support
? 1
$ ipset add b 10.0.0.1 nomatch
! ipset v7.17: Unknown argument: `nomatch'
! Try `ipset help' for more information.
? 2

== counters of a member that was deleted stay behind in its place
$ ipset create a hash:ip counters hashsize 64 initval 1
$ ipset add a 10.0.0.1 packets 5 bytes 6
$ ipset del a 10.0.0.1
$ ipset add a 10.0.0.1
$ ipset save a
create a hash:ip family inet hashsize 64 maxelem 65536 counters bucketsize 12 initval 0x00000001
add a 10.0.0.1 packets 0 bytes 0
$ ipset add a 10.0.0.0-10.0.0.200 packets 3 bytes 4 -exist
$ ipset del a 10.0.0.0-10.0.0.150
$ ipset add a 10.0.1.0-10.0.1.100
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 65536 counters bucketsize 12 initval 0x00000001
Size in memory: 7712
References: 0
Number of entries: 151
Members:
10.0.1.84 packets 0 bytes 0
10.0.1.19 packets 0 bytes 0
10.0.1.35 packets 0 bytes 0
10.0.1.41 packets 0 bytes 0
10.0.1.86 packets 0 bytes 0
10.0.1.91 packets 0 bytes 0
10.0.0.188 packets 3 bytes 4
10.0.1.54 packets 0 bytes 0
10.0.1.69 packets 0 bytes 0
10.0.1.42 packets 0 bytes 0
10.0.1.61 packets 0 bytes 0
10.0.1.66 packets 0 bytes 0
10.0.1.14 packets 0 bytes 0
10.0.0.173 packets 3 bytes 4
10.0.1.51 packets 0 bytes 0
10.0.0.166 packets 3 bytes 4
10.0.0.181 packets 3 bytes 4
10.0.0.156 packets 3 bytes 4
10.0.0.161 packets 3 bytes 4
10.0.0.165 packets 3 bytes 4
10.0.0.178 packets 3 bytes 4
10.0.1.10 packets 0 bytes 0
10.0.1.62 packets 0 bytes 0
10.0.0.187 packets 3 bytes 4
10.0.1.74 packets 3 bytes 4
10.0.0.160 packets 3 bytes 4
10.0.0.167 packets 3 bytes 4
10.0.0.168 packets 3 bytes 4
10.0.0.170 packets 3 bytes 4
10.0.0.179 packets 3 bytes 4
10.0.1.48 packets 3 bytes 4
10.0.0.163 packets 3 bytes 4
10.0.0.174 packets 3 bytes 4
10.0.1.49 packets 0 bytes 0
10.0.1.92 packets 0 bytes 0
10.0.0.183 packets 3 bytes 4
10.0.1.22 packets 0 bytes 0
10.0.1.56 packets 0 bytes 0
10.0.1.73 packets 0 bytes 0
10.0.0.153 packets 3 bytes 4
10.0.1.89 packets 0 bytes 0
10.0.1.37 packets 3 bytes 4
10.0.0.182 packets 3 bytes 4
10.0.1.98 packets 0 bytes 0
10.0.1.33 packets 0 bytes 0
10.0.1.64 packets 0 bytes 0
10.0.0.172 packets 3 bytes 4
10.0.0.198 packets 3 bytes 4
10.0.0.199 packets 3 bytes 4
10.0.1.52 packets 3 bytes 4
10.0.0.157 packets 3 bytes 4
10.0.0.162 packets 3 bytes 4
10.0.0.189 packets 3 bytes 4
10.0.1.94 packets 0 bytes 0
10.0.1.21 packets 0 bytes 0
10.0.1.55 packets 0 bytes 0
10.0.0.151 packets 3 bytes 4
10.0.0.154 packets 3 bytes 4
10.0.0.164 packets 3 bytes 4
10.0.1.16 packets 0 bytes 0
10.0.1.20 packets 0 bytes 0
10.0.0.175 packets 3 bytes 4
10.0.1.2 packets 0 bytes 0
10.0.1.31 packets 0 bytes 0
10.0.1.59 packets 0 bytes 0
10.0.1.77 packets 0 bytes 0
10.0.1.87 packets 0 bytes 0
10.0.0.171 packets 3 bytes 4
10.0.1.58 packets 0 bytes 0
10.0.1.28 packets 3 bytes 4
10.0.0.190 packets 3 bytes 4
10.0.1.60 packets 0 bytes 0
10.0.1.96 packets 0 bytes 0
10.0.1.11 packets 0 bytes 0
10.0.1.38 packets 0 bytes 0
10.0.1.88 packets 0 bytes 0
10.0.1.43 packets 0 bytes 0
10.0.1.63 packets 0 bytes 0
10.0.1.93 packets 0 bytes 0
10.0.1.78 packets 3 bytes 4
10.0.0.194 packets 3 bytes 4
10.0.0.177 packets 3 bytes 4
10.0.1.26 packets 0 bytes 0
10.0.0.196 packets 3 bytes 4
10.0.1.47 packets 0 bytes 0
10.0.1.82 packets 0 bytes 0
10.0.0.192 packets 3 bytes 4
10.0.1.23 packets 0 bytes 0
10.0.1.65 packets 0 bytes 0
10.0.1.67 packets 0 bytes 0
10.0.1.70 packets 0 bytes 0
10.0.1.83 packets 0 bytes 0
10.0.1.75 packets 0 bytes 0
10.0.0.193 packets 3 bytes 4
10.0.1.24 packets 0 bytes 0
10.0.1.53 packets 0 bytes 0
10.0.1.68 packets 0 bytes 0
10.0.1.12 packets 0 bytes 0
10.0.1.27 packets 0 bytes 0
10.0.1.36 packets 0 bytes 0
10.0.1.71 packets 0 bytes 0
10.0.1.100 packets 0 bytes 0
10.0.1.57 packets 0 bytes 0
10.0.1.90 packets 0 bytes 0
10.0.1.44 packets 0 bytes 0
10.0.1.25 packets 3 bytes 4
10.0.0.195 packets 3 bytes 4
10.0.1.81 packets 0 bytes 0
10.0.1.34 packets 0 bytes 0
10.0.0.185 packets 3 bytes 4
10.0.1.8 packets 0 bytes 0
10.0.1.29 packets 0 bytes 0
10.0.1.3 packets 3 bytes 4
10.0.0.158 packets 3 bytes 4
10.0.1.50 packets 0 bytes 0
10.0.1.4 packets 0 bytes 0
10.0.1.7 packets 0 bytes 0
10.0.0.176 packets 3 bytes 4
10.0.0.184 packets 3 bytes 4
10.0.1.5 packets 0 bytes 0
10.0.1.15 packets 0 bytes 0
10.0.1.32 packets 0 bytes 0
10.0.1.0 packets 3 bytes 4
10.0.0.169 packets 3 bytes 4
10.0.1.18 packets 0 bytes 0
10.0.1.95 packets 0 bytes 0
10.0.1.9 packets 0 bytes 0
10.0.1.76 packets 0 bytes 0
10.0.1.99 packets 0 bytes 0
10.0.1.45 packets 0 bytes 0
10.0.1.39 packets 3 bytes 4
10.0.0.159 packets 3 bytes 4
10.0.0.180 packets 3 bytes 4
10.0.0.191 packets 3 bytes 4
10.0.0.155 packets 3 bytes 4
10.0.1.79 packets 0 bytes 0
10.0.1.1 packets 3 bytes 4
10.0.0.200 packets 3 bytes 4
10.0.1.6 packets 0 bytes 0
10.0.1.80 packets 0 bytes 0
10.0.1.30 packets 0 bytes 0
10.0.1.40 packets 0 bytes 0
10.0.0.197 packets 3 bytes 4
10.0.0.152 packets 3 bytes 4
10.0.0.186 packets 3 bytes 4
10.0.1.13 packets 0 bytes 0
10.0.1.17 packets 0 bytes 0
10.0.1.72 packets 0 bytes 0
10.0.1.97 packets 0 bytes 0
10.0.1.46 packets 0 bytes 0
10.0.1.85 packets 0 bytes 0

== growing, and being full
$ ipset create a hash:ip hashsize 64 maxelem 1000 initval 0x12345678
$ ipset add a 10.0.0.0/24
$ ipset list a -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 5872
References: 0
Number of entries: 256
$ ipset add a 10.0.1.0/24
$ ipset list a -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 128 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 11832
References: 0
Number of entries: 512
$ ipset add a 10.0.2.0/23
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset list a -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 256 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 22552
References: 0
Number of entries: 1000
$ ipset save a
create a hash:ip family inet hashsize 256 maxelem 1000 bucketsize 12 initval 0x12345678
add a 10.0.1.163
add a 10.0.3.158
add a 10.0.3.169
add a 10.0.1.83
add a 10.0.1.137
add a 10.0.3.16
add a 10.0.3.60
add a 10.0.0.8
add a 10.0.1.157
add a 10.0.2.7
add a 10.0.2.54
add a 10.0.1.152
add a 10.0.2.88
add a 10.0.0.192
add a 10.0.1.7
add a 10.0.2.48
add a 10.0.0.122
add a 10.0.0.134
add a 10.0.0.249
add a 10.0.1.68
add a 10.0.1.158
add a 10.0.1.218
add a 10.0.2.21
add a 10.0.3.210
add a 10.0.0.200
add a 10.0.1.244
add a 10.0.2.4
add a 10.0.2.37
add a 10.0.3.226
add a 10.0.0.30
add a 10.0.0.254
add a 10.0.1.45
add a 10.0.1.248
add a 10.0.2.98
add a 10.0.3.208
add a 10.0.0.23
add a 10.0.1.135
add a 10.0.3.102
add a 10.0.3.153
add a 10.0.0.148
add a 10.0.3.134
add a 10.0.0.195
add a 10.0.3.62
add a 10.0.3.163
add a 10.0.0.255
add a 10.0.1.55
add a 10.0.1.247
add a 10.0.2.101
add a 10.0.2.139
add a 10.0.3.18
add a 10.0.0.73
add a 10.0.0.214
add a 10.0.2.124
add a 10.0.3.219
add a 10.0.0.130
add a 10.0.2.82
add a 10.0.3.38
add a 10.0.3.106
add a 10.0.3.123
add a 10.0.3.148
add a 10.0.0.71
add a 10.0.0.212
add a 10.0.1.249
add a 10.0.1.90
add a 10.0.3.100
add a 10.0.2.213
add a 10.0.3.65
add a 10.0.0.28
add a 10.0.1.241
add a 10.0.2.140
add a 10.0.3.95
add a 10.0.0.124
add a 10.0.0.171
add a 10.0.2.169
add a 10.0.1.121
add a 10.0.2.1
add a 10.0.0.14
add a 10.0.0.45
add a 10.0.3.93
add a 10.0.0.110
add a 10.0.1.20
add a 10.0.1.187
add a 10.0.1.231
add a 10.0.0.13
add a 10.0.2.192
add a 10.0.3.46
add a 10.0.3.83
add a 10.0.2.191
add a 10.0.2.209
add a 10.0.2.248
add a 10.0.3.2
add a 10.0.3.14
add a 10.0.3.145
add a 10.0.0.31
add a 10.0.0.61
add a 10.0.1.66
add a 10.0.1.104
add a 10.0.1.203
add a 10.0.1.239
add a 10.0.0.92
add a 10.0.1.14
add a 10.0.2.228
add a 10.0.3.8
add a 10.0.3.184
add a 10.0.0.109
add a 10.0.0.208
add a 10.0.2.77
add a 10.0.2.217
add a 10.0.3.117
add a 10.0.3.221
add a 10.0.1.1
add a 10.0.1.178
add a 10.0.2.20
add a 10.0.2.183
add a 10.0.3.192
add a 10.0.0.54
add a 10.0.0.161
add a 10.0.1.176
add a 10.0.2.0
add a 10.0.3.53
add a 10.0.0.170
add a 10.0.1.216
add a 10.0.3.24
add a 10.0.0.227
add a 10.0.3.12
add a 10.0.3.191
add a 10.0.0.3
add a 10.0.1.84
add a 10.0.3.32
add a 10.0.3.41
add a 10.0.0.81
add a 10.0.1.53
add a 10.0.3.71
add a 10.0.2.138
add a 10.0.2.190
add a 10.0.3.10
add a 10.0.3.101
add a 10.0.3.161
add a 10.0.0.6
add a 10.0.0.99
add a 10.0.0.142
add a 10.0.1.73
add a 10.0.1.155
add a 10.0.1.166
add a 10.0.2.42
add a 10.0.2.94
add a 10.0.3.76
add a 10.0.3.94
add a 10.0.1.122
add a 10.0.1.180
add a 10.0.3.78
add a 10.0.3.211
add a 10.0.0.211
add a 10.0.2.126
add a 10.0.2.210
add a 10.0.3.21
add a 10.0.0.115
add a 10.0.0.118
add a 10.0.0.245
add a 10.0.2.13
add a 10.0.2.16
add a 10.0.2.91
add a 10.0.2.184
add a 10.0.3.142
add a 10.0.0.107
add a 10.0.2.73
add a 10.0.3.59
add a 10.0.3.176
add a 10.0.1.192
add a 10.0.2.220
add a 10.0.3.225
add a 10.0.0.72
add a 10.0.1.64
add a 10.0.1.164
add a 10.0.2.59
add a 10.0.3.58
add a 10.0.3.180
add a 10.0.0.66
add a 10.0.2.84
add a 10.0.2.97
add a 10.0.2.100
add a 10.0.3.206
add a 10.0.1.118
add a 10.0.1.222
add a 10.0.2.12
add a 10.0.2.70
add a 10.0.3.0
add a 10.0.3.67
add a 10.0.3.104
add a 10.0.3.190
add a 10.0.3.216
add a 10.0.0.242
add a 10.0.1.56
add a 10.0.2.28
add a 10.0.2.255
add a 10.0.2.147
add a 10.0.3.35
add a 10.0.0.225
add a 10.0.1.38
add a 10.0.2.227
add a 10.0.3.4
add a 10.0.1.148
add a 10.0.2.245
add a 10.0.3.196
add a 10.0.3.74
add a 10.0.3.166
add a 10.0.3.185
add a 10.0.3.227
add a 10.0.2.194
add a 10.0.3.131
add a 10.0.2.74
add a 10.0.3.52
add a 10.0.0.47
add a 10.0.0.167
add a 10.0.2.111
add a 10.0.0.83
add a 10.0.2.158
add a 10.0.2.252
add a 10.0.3.125
add a 10.0.0.223
add a 10.0.3.159
add a 10.0.0.27
add a 10.0.1.6
add a 10.0.1.255
add a 10.0.3.111
add a 10.0.3.213
add a 10.0.1.40
add a 10.0.1.223
add a 10.0.2.10
add a 10.0.3.77
add a 10.0.2.65
add a 10.0.2.155
add a 10.0.2.208
add a 10.0.0.35
add a 10.0.1.15
add a 10.0.0.59
add a 10.0.1.4
add a 10.0.2.177
add a 10.0.3.132
add a 10.0.1.126
add a 10.0.2.81
add a 10.0.3.193
add a 10.0.0.166
add a 10.0.2.114
add a 10.0.2.133
add a 10.0.2.239
add a 10.0.2.250
add a 10.0.2.150
add a 10.0.0.234
add a 10.0.1.219
add a 10.0.2.130
add a 10.0.0.1
add a 10.0.1.34
add a 10.0.2.136
add a 10.0.1.22
add a 10.0.1.221
add a 10.0.2.50
add a 10.0.2.71
add a 10.0.0.153
add a 10.0.1.117
add a 10.0.2.44
add a 10.0.2.221
add a 10.0.3.84
add a 10.0.2.69
add a 10.0.2.39
add a 10.0.3.25
add a 10.0.1.43
add a 10.0.2.207
add a 10.0.3.220
add a 10.0.1.3
add a 10.0.1.31
add a 10.0.1.62
add a 10.0.0.57
add a 10.0.0.125
add a 10.0.0.207
add a 10.0.1.42
add a 10.0.2.195
add a 10.0.3.28
add a 10.0.0.88
add a 10.0.2.3
add a 10.0.2.105
add a 10.0.2.106
add a 10.0.2.112
add a 10.0.2.200
add a 10.0.3.179
add a 10.0.1.240
add a 10.0.2.161
add a 10.0.2.224
add a 10.0.0.199
add a 10.0.2.14
add a 10.0.2.45
add a 10.0.2.197
add a 10.0.3.97
add a 10.0.1.100
add a 10.0.1.167
add a 10.0.1.206
add a 10.0.2.253
add a 10.0.3.212
add a 10.0.1.86
add a 10.0.1.212
add a 10.0.2.131
add a 10.0.3.17
add a 10.0.0.240
add a 10.0.3.23
add a 10.0.3.155
add a 10.0.0.243
add a 10.0.2.87
add a 10.0.2.189
add a 10.0.2.229
add a 10.0.1.52
add a 10.0.2.186
add a 10.0.3.146
add a 10.0.0.220
add a 10.0.0.116
add a 10.0.1.147
add a 10.0.2.152
add a 10.0.1.129
add a 10.0.1.188
add a 10.0.1.201
add a 10.0.1.237
add a 10.0.2.86
add a 10.0.2.93
add a 10.0.3.15
add a 10.0.0.64
add a 10.0.0.152
add a 10.0.0.164
add a 10.0.1.186
add a 10.0.2.31
add a 10.0.3.113
add a 10.0.3.170
add a 10.0.0.12
add a 10.0.0.177
add a 10.0.0.189
add a 10.0.1.46
add a 10.0.1.143
add a 10.0.2.116
add a 10.0.2.143
add a 10.0.2.241
add a 10.0.0.104
add a 10.0.1.44
add a 10.0.1.149
add a 10.0.0.217
add a 10.0.1.69
add a 10.0.2.30
add a 10.0.2.76
add a 10.0.2.122
add a 10.0.1.153
add a 10.0.1.236
add a 10.0.2.99
add a 10.0.3.30
add a 10.0.3.56
add a 10.0.3.230
add a 10.0.0.184
add a 10.0.0.233
add a 10.0.1.140
add a 10.0.1.226
add a 10.0.0.250
add a 10.0.2.66
add a 10.0.2.68
add a 10.0.2.145
add a 10.0.3.64
add a 10.0.0.79
add a 10.0.2.149
add a 10.0.3.86
add a 10.0.3.154
add a 10.0.0.58
add a 10.0.0.198
add a 10.0.1.80
add a 10.0.2.9
add a 10.0.2.137
add a 10.0.3.54
add a 10.0.3.215
add a 10.0.2.102
add a 10.0.3.110
add a 10.0.3.224
add a 10.0.0.169
add a 10.0.0.182
add a 10.0.1.57
add a 10.0.1.105
add a 10.0.0.24
add a 10.0.2.19
add a 10.0.2.201
add a 10.0.3.48
add a 10.0.0.9
add a 10.0.0.69
add a 10.0.1.72
add a 10.0.3.182
add a 10.0.0.44
add a 10.0.0.218
add a 10.0.1.35
add a 10.0.2.141
add a 10.0.2.154
add a 10.0.2.187
add a 10.0.3.50
add a 10.0.0.34
add a 10.0.0.97
add a 10.0.1.103
add a 10.0.2.205
add a 10.0.2.242
add a 10.0.0.123
add a 10.0.0.174
add a 10.0.0.196
add a 10.0.1.168
add a 10.0.0.194
add a 10.0.0.252
add a 10.0.2.61
add a 10.0.3.157
add a 10.0.1.162
add a 10.0.1.170
add a 10.0.3.11
add a 10.0.2.251
add a 10.0.3.147
add a 10.0.0.29
add a 10.0.0.180
add a 10.0.1.113
add a 10.0.1.150
add a 10.0.2.175
add a 10.0.2.243
add a 10.0.3.9
add a 10.0.3.79
add a 10.0.3.119
add a 10.0.3.194
add a 10.0.0.241
add a 10.0.1.21
add a 10.0.1.78
add a 10.0.0.239
add a 10.0.1.202
add a 10.0.1.245
add a 10.0.0.53
add a 10.0.0.55
add a 10.0.0.204
add a 10.0.1.65
add a 10.0.2.27
add a 10.0.3.6
add a 10.0.3.27
add a 10.0.3.55
add a 10.0.1.246
add a 10.0.2.58
add a 10.0.2.135
add a 10.0.3.99
add a 10.0.3.152
add a 10.0.1.115
add a 10.0.3.26
add a 10.0.3.73
add a 10.0.0.157
add a 10.0.1.16
add a 10.0.1.151
add a 10.0.1.177
add a 10.0.3.231
add a 10.0.0.141
add a 10.0.2.247
add a 10.0.3.129
add a 10.0.0.136
add a 10.0.1.13
add a 10.0.1.54
add a 10.0.1.144
add a 10.0.2.156
add a 10.0.3.7
add a 10.0.1.227
add a 10.0.2.125
add a 10.0.3.75
add a 10.0.0.251
add a 10.0.1.37
add a 10.0.2.8
add a 10.0.3.120
add a 10.0.0.100
add a 10.0.0.176
add a 10.0.1.102
add a 10.0.1.161
add a 10.0.1.213
add a 10.0.1.225
add a 10.0.3.187
add a 10.0.0.33
add a 10.0.0.102
add a 10.0.1.217
add a 10.0.2.146
add a 10.0.2.206
add a 10.0.3.121
add a 10.0.0.36
add a 10.0.0.236
add a 10.0.2.51
add a 10.0.2.115
add a 10.0.3.165
add a 10.0.0.39
add a 10.0.2.32
add a 10.0.0.32
add a 10.0.1.224
add a 10.0.0.15
add a 10.0.0.78
add a 10.0.1.133
add a 10.0.3.199
add a 10.0.0.111
add a 10.0.2.163
add a 10.0.2.246
add a 10.0.3.87
add a 10.0.0.67
add a 10.0.2.240
add a 10.0.3.105
add a 10.0.3.149
add a 10.0.3.217
add a 10.0.0.206
add a 10.0.1.82
add a 10.0.1.235
add a 10.0.3.3
add a 10.0.3.186
add a 10.0.0.90
add a 10.0.0.168
add a 10.0.2.173
add a 10.0.0.96
add a 10.0.1.67
add a 10.0.2.85
add a 10.0.0.132
add a 10.0.0.154
add a 10.0.0.158
add a 10.0.1.96
add a 10.0.2.46
add a 10.0.0.60
add a 10.0.0.95
add a 10.0.1.49
add a 10.0.1.171
add a 10.0.2.174
add a 10.0.3.156
add a 10.0.3.195
add a 10.0.0.183
add a 10.0.1.11
add a 10.0.1.29
add a 10.0.1.99
add a 10.0.2.157
add a 10.0.3.51
add a 10.0.0.228
add a 10.0.3.144
add a 10.0.1.228
add a 10.0.3.31
add a 10.0.1.10
add a 10.0.1.91
add a 10.0.1.181
add a 10.0.1.211
add a 10.0.2.249
add a 10.0.0.120
add a 10.0.0.197
add a 10.0.0.246
add a 10.0.1.92
add a 10.0.1.145
add a 10.0.1.146
add a 10.0.1.193
add a 10.0.1.254
add a 10.0.2.103
add a 10.0.3.201
add a 10.0.0.244
add a 10.0.2.57
add a 10.0.2.162
add a 10.0.2.166
add a 10.0.0.70
add a 10.0.0.178
add a 10.0.2.160
add a 10.0.3.162
add a 10.0.2.226
add a 10.0.2.233
add a 10.0.3.114
add a 10.0.1.175
add a 10.0.1.243
add a 10.0.2.196
add a 10.0.3.13
add a 10.0.3.141
add a 10.0.1.23
add a 10.0.1.93
add a 10.0.2.25
add a 10.0.3.112
add a 10.0.3.122
add a 10.0.0.38
add a 10.0.3.202
add a 10.0.2.170
add a 10.0.3.69
add a 10.0.0.181
add a 10.0.0.221
add a 10.0.0.253
add a 10.0.1.18
add a 10.0.1.71
add a 10.0.2.78
add a 10.0.3.20
add a 10.0.3.116
add a 10.0.3.172
add a 10.0.0.146
add a 10.0.0.172
add a 10.0.0.26
add a 10.0.0.149
add a 10.0.0.165
add a 10.0.2.52
add a 10.0.1.19
add a 10.0.2.231
add a 10.0.3.47
add a 10.0.0.63
add a 10.0.0.82
add a 10.0.1.12
add a 10.0.1.141
add a 10.0.2.193
add a 10.0.2.212
add a 10.0.1.33
add a 10.0.1.207
add a 10.0.1.124
add a 10.0.1.196
add a 10.0.1.238
add a 10.0.1.25
add a 10.0.1.95
add a 10.0.1.119
add a 10.0.1.215
add a 10.0.2.11
add a 10.0.2.232
add a 10.0.0.65
add a 10.0.0.129
add a 10.0.0.160
add a 10.0.0.216
add a 10.0.2.36
add a 10.0.3.124
add a 10.0.0.139
add a 10.0.0.222
add a 10.0.1.36
add a 10.0.1.185
add a 10.0.1.229
add a 10.0.2.254
add a 10.0.3.207
add a 10.0.1.101
add a 10.0.2.119
add a 10.0.2.132
add a 10.0.2.211
add a 10.0.3.37
add a 10.0.2.34
add a 10.0.2.134
add a 10.0.3.33
add a 10.0.3.228
add a 10.0.0.151
add a 10.0.3.164
add a 10.0.0.219
add a 10.0.1.27
add a 10.0.1.70
add a 10.0.2.18
add a 10.0.2.41
add a 10.0.2.223
add a 10.0.3.36
add a 10.0.0.137
add a 10.0.0.41
add a 10.0.1.28
add a 10.0.1.230
add a 10.0.3.80
add a 10.0.3.198
add a 10.0.3.222
add a 10.0.0.147
add a 10.0.1.79
add a 10.0.1.250
add a 10.0.2.236
add a 10.0.0.215
add a 10.0.1.58
add a 10.0.1.98
add a 10.0.1.156
add a 10.0.2.129
add a 10.0.3.61
add a 10.0.0.18
add a 10.0.0.42
add a 10.0.0.138
add a 10.0.2.29
add a 10.0.0.76
add a 10.0.0.113
add a 10.0.0.131
add a 10.0.1.132
add a 10.0.0.162
add a 10.0.0.188
add a 10.0.1.136
add a 10.0.1.194
add a 10.0.3.88
add a 10.0.0.128
add a 10.0.1.214
add a 10.0.2.164
add a 10.0.1.199
add a 10.0.2.47
add a 10.0.3.29
add a 10.0.0.230
add a 10.0.3.189
add a 10.0.0.7
add a 10.0.0.185
add a 10.0.2.72
add a 10.0.2.172
add a 10.0.0.10
add a 10.0.0.235
add a 10.0.2.113
add a 10.0.3.43
add a 10.0.3.127
add a 10.0.0.50
add a 10.0.0.98
add a 10.0.0.145
add a 10.0.2.222
add a 10.0.2.237
add a 10.0.3.168
add a 10.0.3.188
add a 10.0.0.105
add a 10.0.1.184
add a 10.0.1.198
add a 10.0.0.49
add a 10.0.0.173
add a 10.0.0.224
add a 10.0.0.20
add a 10.0.0.52
add a 10.0.1.47
add a 10.0.1.50
add a 10.0.1.108
add a 10.0.1.190
add a 10.0.1.204
add a 10.0.2.127
add a 10.0.0.143
add a 10.0.0.150
add a 10.0.0.237
add a 10.0.2.75
add a 10.0.0.108
add a 10.0.1.51
add a 10.0.1.169
add a 10.0.1.233
add a 10.0.1.253
add a 10.0.2.142
add a 10.0.2.244
add a 10.0.1.9
add a 10.0.1.174
add a 10.0.3.175
add a 10.0.0.74
add a 10.0.0.190
add a 10.0.0.84
add a 10.0.3.96
add a 10.0.3.118
add a 10.0.0.203
add a 10.0.1.77
add a 10.0.1.209
add a 10.0.0.213
add a 10.0.1.234
add a 10.0.2.95
add a 10.0.0.86
add a 10.0.2.55
add a 10.0.3.22
add a 10.0.3.139
add a 10.0.3.143
add a 10.0.3.203
add a 10.0.2.90
add a 10.0.2.214
add a 10.0.0.163
add a 10.0.2.188
add a 10.0.0.40
add a 10.0.1.0
add a 10.0.1.131
add a 10.0.1.210
add a 10.0.1.154
add a 10.0.2.33
add a 10.0.0.25
add a 10.0.1.48
add a 10.0.1.60
add a 10.0.2.2
add a 10.0.2.123
add a 10.0.2.144
add a 10.0.1.2
add a 10.0.1.39
add a 10.0.1.63
add a 10.0.3.173
add a 10.0.2.107
add a 10.0.2.178
add a 10.0.2.238
add a 10.0.3.63
add a 10.0.0.77
add a 10.0.1.97
add a 10.0.1.197
add a 10.0.2.118
add a 10.0.2.168
add a 10.0.0.202
add a 10.0.1.88
add a 10.0.2.23
add a 10.0.2.179
add a 10.0.2.225
add a 10.0.1.208
add a 10.0.2.83
add a 10.0.2.235
add a 10.0.3.135
add a 10.0.0.205
add a 10.0.1.89
add a 10.0.3.218
add a 10.0.1.87
add a 10.0.1.127
add a 10.0.2.120
add a 10.0.2.230
add a 10.0.3.98
add a 10.0.1.139
add a 10.0.2.218
add a 10.0.3.89
add a 10.0.0.179
add a 10.0.2.199
add a 10.0.0.126
add a 10.0.0.193
add a 10.0.0.247
add a 10.0.0.248
add a 10.0.1.120
add a 10.0.2.159
add a 10.0.3.109
add a 10.0.2.62
add a 10.0.3.103
add a 10.0.3.107
add a 10.0.3.160
add a 10.0.2.63
add a 10.0.2.80
add a 10.0.0.16
add a 10.0.0.22
add a 10.0.1.17
add a 10.0.1.30
add a 10.0.2.202
add a 10.0.3.214
add a 10.0.1.114
add a 10.0.1.173
add a 10.0.3.140
add a 10.0.0.2
add a 10.0.0.62
add a 10.0.1.242
add a 10.0.3.92
add a 10.0.0.210
add a 10.0.2.17
add a 10.0.0.140
add a 10.0.2.92
add a 10.0.3.137
add a 10.0.1.182
add a 10.0.3.5
add a 10.0.0.232
add a 10.0.0.238
add a 10.0.1.195
add a 10.0.2.176
add a 10.0.3.204
add a 10.0.1.24
add a 10.0.1.109
add a 10.0.1.172
add a 10.0.1.189
add a 10.0.0.159
add a 10.0.1.32
add a 10.0.0.4
add a 10.0.0.135
add a 10.0.1.138
add a 10.0.2.181
add a 10.0.2.198
add a 10.0.2.215
add a 10.0.3.40
add a 10.0.3.115
add a 10.0.0.46
add a 10.0.1.110
add a 10.0.3.42
add a 10.0.3.130
add a 10.0.3.174
add a 10.0.1.94
add a 10.0.1.111
add a 10.0.1.205
add a 10.0.2.6
add a 10.0.2.96
add a 10.0.2.128
add a 10.0.0.51
add a 10.0.2.79
add a 10.0.3.151
add a 10.0.0.231
add a 10.0.3.66
add a 10.0.3.68
add a 10.0.3.138
add a 10.0.3.70
add a 10.0.3.128
add a 10.0.3.209
add a 10.0.1.165
add a 10.0.2.40
add a 10.0.2.180
add a 10.0.2.182
add a 10.0.3.34
add a 10.0.2.108
add a 10.0.2.165
add a 10.0.0.106
add a 10.0.0.155
add a 10.0.1.232
add a 10.0.3.205
add a 10.0.0.103
add a 10.0.1.26
add a 10.0.1.123
add a 10.0.2.89
add a 10.0.2.167
add a 10.0.3.197
add a 10.0.0.56
add a 10.0.0.91
add a 10.0.2.22
add a 10.0.0.229
add a 10.0.2.60
add a 10.0.2.109
add a 10.0.3.45
add a 10.0.3.49
add a 10.0.3.136
add a 10.0.3.178
add a 10.0.0.144
add a 10.0.0.209
add a 10.0.1.5
add a 10.0.1.134
add a 10.0.2.121
add a 10.0.2.151
add a 10.0.3.39
add a 10.0.1.128
add a 10.0.2.104
add a 10.0.2.148
add a 10.0.2.185
add a 10.0.0.19
add a 10.0.0.89
add a 10.0.0.127
add a 10.0.1.76
add a 10.0.1.112
add a 10.0.2.43
add a 10.0.3.72
add a 10.0.0.43
add a 10.0.3.133
add a 10.0.0.156
add a 10.0.2.204
add a 10.0.3.200
add a 10.0.1.59
add a 10.0.0.37
add a 10.0.0.121
add a 10.0.1.116
add a 10.0.1.220
add a 10.0.2.67
add a 10.0.3.85
add a 10.0.1.251
add a 10.0.2.49
add a 10.0.0.68
add a 10.0.0.112
add a 10.0.0.191
add a 10.0.0.226
add a 10.0.1.75
add a 10.0.1.125
add a 10.0.1.252
add a 10.0.2.35
add a 10.0.2.117
add a 10.0.2.234
add a 10.0.3.19
add a 10.0.0.94
add a 10.0.0.114
add a 10.0.2.110
add a 10.0.3.1
add a 10.0.1.74
add a 10.0.2.203
add a 10.0.3.82
add a 10.0.3.229
add a 10.0.0.117
add a 10.0.0.186
add a 10.0.2.15
add a 10.0.3.171
add a 10.0.3.177
add a 10.0.0.5
add a 10.0.0.48
add a 10.0.0.93
add a 10.0.0.101
add a 10.0.2.171
add a 10.0.0.11
add a 10.0.0.119
add a 10.0.1.183
add a 10.0.3.167
add a 10.0.0.201
add a 10.0.2.38
add a 10.0.3.223
add a 10.0.0.21
add a 10.0.0.87
add a 10.0.1.8
add a 10.0.2.26
add a 10.0.3.81
add a 10.0.1.130
add a 10.0.1.179
add a 10.0.3.44
add a 10.0.3.183
add a 10.0.1.85
add a 10.0.1.191
add a 10.0.2.53
add a 10.0.2.56
add a 10.0.2.64
add a 10.0.3.126
add a 10.0.0.17
add a 10.0.0.187
add a 10.0.2.5
add a 10.0.2.216
add a 10.0.3.108
add a 10.0.1.61
add a 10.0.1.142
add a 10.0.1.200
add a 10.0.3.181
add a 10.0.0.175
add a 10.0.1.107
add a 10.0.0.80
add a 10.0.3.150
add a 10.0.0.133
add a 10.0.1.106
add a 10.0.3.90
add a 10.0.0.75
add a 10.0.1.41
add a 10.0.1.81
add a 10.0.1.159
add a 10.0.1.160
add a 10.0.2.153
add a 10.0.3.91
add a 10.0.0.85
add a 10.0.2.24
add a 10.0.2.219
add a 10.0.0.0
add a 10.0.3.57
$ ipset del a 10.0.0.0-10.0.0.99
$ ipset list -t a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 256 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 21792
References: 0
Number of entries: 900
$ ipset add a 10.7.0.0/24
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset list -t a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 256 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 23592
References: 0
Number of entries: 1000
$ ipset create b hash:ip hashsize 64 maxelem 4 initval 7
$ ipset add b 10.0.0.0/24
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset save b
create b hash:ip family inet hashsize 64 maxelem 4 bucketsize 12 initval 0x00000007
add b 10.0.0.1
add b 10.0.0.0
add b 10.0.0.3
add b 10.0.0.2
$ ipset add b 10.0.0.3 -exist
$ ipset add b 10.0.0.4 -exist
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset create c hash:ip hashsize 64 maxelem 4 initval 7 forceadd
$ ipset add c 10.0.0.0-10.0.0.3
$ ipset add c 10.0.0.4
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset add c 10.0.0.5
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset add c 10.0.0.6
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset add c 10.0.0.128-10.0.0.131
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset save c
create c hash:ip family inet hashsize 64 maxelem 4 bucketsize 12 initval 0x00000007
add c 10.0.0.1
add c 10.0.0.0
add c 10.0.0.3
add c 10.0.0.2
$ ipset create d hash:ip hashsize 64 maxelem 2 timeout 1 initval 7
$ ipset add d 10.0.0.1-10.0.0.2
$ ipset add d 10.0.0.3
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ sleep 1.2
$ ipset add d 10.0.0.3
$ ipset save d
create d hash:ip family inet hashsize 64 maxelem 2 timeout 1 bucketsize 12 initval 0x00000007
add d 10.0.0.3 timeout 1
$ ipset create e hash:ip hashsize 4096 maxelem 100000 initval 3 bucketsize 4
$ ipset add e 10.8.0.0/17
$ ipset list -t e
Name: e
Type: hash:ip
Revision: 5
Header: family inet hashsize 131072 maxelem 100000 bucketsize 4 initval 0x00000003
Size in memory: 1176624
References: 0
Number of entries: 32768
$ ipset create f hash:ip hashsize 1 maxelem 0 bucketsize 1 initval 3
$ ipset add f 1.1.1.1
! ipset v7.17: Hash is full, cannot add more elements
? 1
$ ipset create g hash:ip hashsize 65 maxelem 0x10 bucketsize 3 initval 3
$ ipset create h hash:ip bucketsize 200 initval 3
$ ipset create i hash:ip bucketsize 256 initval 3
! ipset v7.17: Syntax error: '256' is out of range 0-255
? 1
$ ipset create j hash:ip hashsize 4294967296
! ipset v7.17: Syntax error: '4294967296' is out of range 0-4294967295
? 1
$ ipset create k hash:ip hashsize 4294967295
! ipset v7.17: Kernel error received: Cannot allocate memory
? 1
$ ipset list -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 256 maxelem 1000 bucketsize 12 initval 0x12345678
Size in memory: 23592
References: 0
Number of entries: 1000
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 4 bucketsize 12 initval 0x00000007
Size in memory: 352
References: 0
Number of entries: 4
.
Name: c
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 4 bucketsize 12 initval 0x00000007
Size in memory: 352
References: 0
Number of entries: 4
.
Name: d
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 2 timeout 1 bucketsize 12 initval 0x00000007
Size in memory: 384
References: 0
Number of entries: 1
.
Name: e
Type: hash:ip
Revision: 5
Header: family inet hashsize 131072 maxelem 100000 bucketsize 4 initval 0x00000003
Size in memory: 1176624
References: 0
Number of entries: 32768
.
Name: f
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 0 bucketsize 2 initval 0x00000003
Size in memory: 192
References: 0
Number of entries: 0
.
Name: g
Type: hash:ip
Revision: 5
Header: family inet hashsize 128 maxelem 16 bucketsize 4 initval 0x00000003
Size in memory: 192
References: 0
Number of entries: 0
.
Name: h
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000003
Size in memory: 192
References: 0
Number of entries: 0

== IPv6
$ ipset create a hash:ip family inet6 initval 1
$ ipset add a ::1
$ ipset add a 2001:DB8::0:1
$ ipset add a ::ffff:10.0.0.1
$ ipset add a 10.0.0.1
! ipset v7.17: Syntax error: cannot parse 10.0.0.1: resolving to IPv6 address failed
? 1
$ ipset add a ::
! ipset v7.17: Null-valued element, cannot be stored in a hash type of set
? 1
$ ipset add a 2001:db8::/64
! ipset v7.17: Syntax error: plain IP address must be supplied: 2001:db8::/64
? 1
$ ipset add a 2001:db8::/128
$ ipset add a 2001:db8::1-2001:db8::2
! ipset v7.17: Syntax error: plain IP address must be supplied: 2001:db8::1-2001:db8::2
? 1
$ ipset test a 2001:db8::1
! Warning: 2001:db8::1 is in set a.
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 456
References: 0
Number of entries: 4
Members:
2001:db8::1
::1
::ffff:10.0.0.1
2001:db8::
$ ipset create b hash:ip family inet6 netmask 64 initval 1
$ ipset add b 2001:db8::1
$ ipset add b 2001:db8::2
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset save b
create b hash:ip family inet6 hashsize 1024 maxelem 65536 netmask 64 bucketsize 12 initval 0x00000001
add b 2001:db8::
$ ipset create c -6 hash:ip initval 1
! ipset v7.17: Syntax error: typename '-6' is unknown
? 1
$ ipset create c hash:ip -6 initval 1
$ ipset create d hash:ip family ipv6 initval 1
$ ipset create e hash:ip family inet initval 1
$ ipset create f hash:ip family foo initval 1
! ipset v7.17: Syntax error: unknown inet family foo
? 1
$ ipset create g hash:ip family unspec initval 1
! ipset v7.17: Protocol family not supported by the set type
? 1
$ ipset create h hash:ip family inet6 -4 initval 1
! ipset v7.17: Syntax error: -4 already specified
? 1
$ ipset list -n
a
b
c
d
e
