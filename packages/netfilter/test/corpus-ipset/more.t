# Odds and ends: what a batch leaves behind, IPv6 in every type, warnings in a restore.

== an unknown set ends the batch before it
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add b 10.0.0.1
! ipset v7.17: Error in line 3: The set with the given name does not exist
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset restore
< add a 10.0.0.2
< add a 10.0.0.3
< add toolongnametoolongnametoolongname 10.0.0.1
! ipset v7.17: Error in line 3: Syntax error: setname 'toolongnametoolongnametoolongname' is longer than 31 characters
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset restore
< add a 10.0.0.4
< create a hash:foo
! ipset v7.17: Error in line 2: Syntax error: typename 'hash:foo' is unknown
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset restore
< add a 10.0.0.5
< list nope
! ipset v7.17: Error in line 2: The set with the given name does not exist
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.5
$ ipset restore
< add a 10.0.0.6
< del a 10.0.0.6
< del a 10.0.0.6
< add a 10.0.0.7
! ipset v7.17: Error in line 3: Element cannot be deleted from the set: it's not added
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.5
$ ipset restore
< add a 10.0.0.8 foo
! ipset v7.17: Unknown argument: `foo'
! Try `ipset help' for more information.
? 2
$ ipset restore
< add a 10.0.0.8 timeout 5
! ipset v7.17: Error in line 1: Timeout cannot be used: set was created without timeout support
? 1
$ ipset restore
< create b hash:ip netmask 0
! ipset v7.17: Error in line 1: Syntax error: netmask is out of the inclusive range of 1-32
? 1
$ ipset restore
< create b hash:ip gc 5 initval 1
< add b 10.0.0.1
< add b 10.0.0.1
! Warning: Option '--gc 5' is ignored. Please upgrade your syntax.
$ ipset restore
< create c bitmap:port range 0-5
< add c x
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x' as a tcp port
? 1
$ ipset restore
< create d hash:ip,port initval 1
< add d 10.0.0.1,icmpv6:1/1
! ipset v7.17: Error in line 2: Invalid add command: missing setname
? 1
$ ipset restore
< test b 10.0.0.9
! 10.0.0.9 is NOT in set b.
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.5
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create c bitmap:port range 0-5
create d hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset -q restore
< add b 10.0.0.1
$ ipset restore
< destroy nope
! ipset v7.17: Error in line 1: The set with the given name does not exist
? 1
$ ipset restore
< flush nope
! ipset v7.17: Error in line 1: The set with the given name does not exist
? 1
$ ipset restore
< rename nope x
! ipset v7.17: Error in line 1: The set with the given name does not exist
? 1
$ ipset restore
< swap a nope
! ipset v7.17: Error in line 1: Sets cannot be swapped: the second set does not exist
? 1
$ ipset restore
< -q add b 10.0.0.1
? 1
$ ipset restore
< list -n
< list -t b
a
b
c
d
b

== tests in a restore
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< test a 10.0.0.1
< add a 10.0.0.2
< test a 10.0.0.2
< test a 10.0.0.3
< add a 10.0.0.4
! Warning: 10.0.0.1 is in set a.
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1
$ ipset restore
< test a 10.0.0.1
< add a x
! Warning: 10.0.0.1 is in set a.
$ ipset restore
< test a 10.0.0.1
< add a 10.0.0.1
! Warning: 10.0.0.1 is in set a.
$ ipset restore
< test a 10.0.0.1
< foo
! Warning: 10.0.0.1 is in set a.
$ ipset restore
< create b hash:ip gc 4 initval 1
< test a 10.0.0.9
! Warning: Option '--gc 4' is ignored. Please upgrade your syntax.
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001

== IPv6 in every type
$ ipset create a hash:net family inet6 initval 1
$ ipset add a 2001:db8::/32
$ ipset add a 2001:db8:1::/48 nomatch
$ ipset add a ::1
$ ipset add a ::/0
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset add a ::/1
$ ipset add a 2001:db8::1-2001:db8::5
! ipset v7.17: Syntax error: IP address or IP/cidr must be specified: 2001:db8::1-2001:db8::5
? 1
$ ipset add a 2001:db8::/129
! ipset v7.17: Syntax error: '129' is out of range 0-128
? 1
$ ipset test a 2001:db8::5
! Warning: 2001:db8::5 is in set a.
$ ipset test a 2001:db8:1::5
! 2001:db8:1::5 is NOT in set a.
? 1
$ ipset test a 2001:db8:1::/48
! 2001:db8:1::/48 is NOT in set a.
? 1
$ ipset list a
Name: a
Type: hash:net
Revision: 7
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1520
References: 0
Number of entries: 4
Members:
2001:db8::/32
2001:db8:1::/48 nomatch
::1
::/1
$ ipset create b hash:ip,port,ip family inet6 initval 1
$ ipset add b ::1,80,::2
$ ipset add b ::1,icmpv6:1/1,::2
$ ipset add b ::1,icmpv6:bad-header,1.2.3.4
! ipset v7.17: Syntax error: cannot parse 1.2.3.4: resolving to IPv6 address failed
? 1
$ ipset add b ::1,[::2],80
! ipset v7.17: Syntax error: cannot parse '[' as a protocol
? 1
$ ipset add b [::1],tcp:80-82,[::2]
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset list b
Name: b
Type: hash:ip,port,ip
Revision: 6
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 432
References: 0
Number of entries: 2
Members:
::1,tcp:80,::2
::1,ipv6-icmp:communication-prohibited,::2
$ ipset create c hash:net,port family inet6 initval 1
$ ipset add c fe80::/10,udp:546
$ ipset test c fe80::77,udp:546
! Warning: fe80::77,udp:546 is in set c.
$ ipset list c
Name: c
Type: hash:net,port
Revision: 8
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1304
References: 0
Number of entries: 1
Members:
fe80::/10,udp:546
$ ipset create d hash:net,iface family inet6 initval 1
$ ipset add d ::/0,eth0
$ ipset add d fe80::/10,eth1 nomatch
$ ipset test d fe80::1,eth0
! fe80::1,eth0 is NOT in set d.
? 1
$ ipset test d 2001::1,eth0
! Warning: 2001::1,eth0 is in set d.
$ ipset list d
Name: d
Type: hash:net,iface
Revision: 8
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1480
References: 0
Number of entries: 2
Members:
::/0,eth0
fe80::/10,eth1 nomatch
$ ipset create e hash:net,net family inet6 initval 1
$ ipset add e 2001:db8::/32,fe80::/10
$ ipset test e 2001:db8::1,fe80::1
! Warning: 2001:db8::1,fe80::1 is in set e.
$ ipset list e
Name: e
Type: hash:net,net
Revision: 3
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1864
References: 0
Number of entries: 1
Members:
2001:db8::/32,fe80::/10
$ ipset create f hash:net,port,net family inet6 initval 1
$ ipset add f ::/0,80,2001:db8::/32
$ ipset test f ::5,80,2001:db8::5
! Warning: ::5,tcp:80,2001:db8::5 is in set f.
$ ipset list f
Name: f
Type: hash:net,port,net
Revision: 3
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 1888
References: 0
Number of entries: 1
Members:
::/0,tcp:80,2001:db8::/32
$ ipset create g hash:ip,mark family inet6 initval 1
$ ipset add g ::1,5
$ ipset add g ::,0
$ ipset list g
Name: g
Type: hash:ip,mark
Revision: 3
Header: family inet6 markmask 0xffffffff hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 352
References: 0
Number of entries: 2
Members:
::1,0x00000005
::,0x00000000
$ ipset create h hash:ip,mac family inet6 initval 1
$ ipset add h ::1,02:00:00:00:00:01
$ ipset list h
Name: h
Type: hash:ip,mac
Revision: 1
Header: family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 288
References: 0
Number of entries: 1
Members:
::1,02:00:00:00:00:01
$ ipset create i hash:ip,port family inet6 counters comment timeout 0 skbinfo initval 1
$ ipset add i ::ffff:1.2.3.4,udp:53 comment "x"
$ ipset add i ::1.2.3.4,udp:53
$ ipset add i ::5,gre:0
$ ipset list i
Name: i
Type: hash:ip,port
Revision: 6
Header: family inet6 hashsize 1024 maxelem 65536 timeout 0 counters comment skbinfo bucketsize 12 initval 0x00000001
Size in memory: 754
References: 0
Number of entries: 3
Members:
::5,gre:0 timeout 0 packets 0 bytes 0
::1.2.3.4,udp:53 timeout 0 packets 0 bytes 0
::ffff:1.2.3.4,udp:53 timeout 0 packets 0 bytes 0 comment "x"
$ ipset swap a c
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset swap b b

== sizes of members with extensions
$ ipset create a hash:ip,port counters timeout 0 initval 1
$ ipset add a 10.0.0.1,80
$ ipset create b hash:ip,port,ip counters initval 1
$ ipset add b 10.0.0.1,80,10.0.0.1
$ ipset create c hash:net,iface skbinfo initval 1
$ ipset add c 10.0.0.0/8,eth0
$ ipset create d hash:mac comment initval 1
$ ipset add d 02:00:00:00:00:01 comment "abc"
$ ipset create e hash:net,net timeout 0 initval 1
$ ipset add e 10.0.0.0/8,10.0.0.0/8
$ ipset create f hash:ip,mac skbinfo comment initval 1
$ ipset add f 10.0.0.1,02:00:00:00:00:01 comment "äöü"
$ ipset create g bitmap:ip,mac range 10.0.0.0/28 timeout 100 counters
$ ipset add g 10.0.0.1
$ ipset add g 10.0.0.2,02:00:00:00:00:01 timeout 0
$ ipset add g 10.0.0.3 timeout 50
$ ipset list
Name: a
Type: hash:ip,port
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 timeout 0 counters bucketsize 12 initval 0x00000001
Size in memory: 288
References: 0
Number of entries: 1
Members:
10.0.0.1,tcp:80 timeout 0 packets 0 bytes 0
.
Name: b
Type: hash:ip,port,ip
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 counters bucketsize 12 initval 0x00000001
Size in memory: 296
References: 0
Number of entries: 1
Members:
10.0.0.1,tcp:80,10.0.0.1 packets 0 bytes 0
.
Name: c
Type: hash:net,iface
Revision: 8
Header: family inet hashsize 1024 maxelem 65536 skbinfo bucketsize 12 initval 0x00000001
Size in memory: 600
References: 0
Number of entries: 1
Members:
10.0.0.0/8,eth0
.
Name: d
Type: hash:mac
Revision: 1
Header: hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
Size in memory: 276
References: 0
Number of entries: 1
Members:
02:00:00:00:00:01 comment "abc"
.
Name: e
Type: hash:net,net
Revision: 3
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 664
References: 0
Number of entries: 1
Members:
10.0.0.0/8,10.0.0.0/8 timeout 0
.
Name: f
Type: hash:ip,mac
Revision: 1
Header: family inet hashsize 1024 maxelem 65536 comment skbinfo bucketsize 12 initval 0x00000001
Size in memory: 335
References: 0
Number of entries: 1
Members:
10.0.0.1,02:00:00:00:00:01 comment "äöü"
.
Name: g
Type: bitmap:ip,mac
Revision: 3
Header: range 10.0.0.0-10.0.0.15 timeout 100 counters
Size in memory: 600
References: 0
Number of entries: 3
Members:
10.0.0.1 timeout 100 packets 0 bytes 0
10.0.0.2,02:00:00:00:00:01 timeout 0 packets 0 bytes 0
10.0.0.3 timeout 50 packets 0 bytes 0
$ ipset add g 10.0.0.1,02:00:00:00:00:01
$ ipset add g 10.0.0.3,02:00:00:00:00:01
$ ipset save g
create g bitmap:ip,mac range 10.0.0.0-10.0.0.15 timeout 100 counters
add g 10.0.0.1,02:00:00:00:00:01 timeout 99 packets 0 bytes 0
add g 10.0.0.2,02:00:00:00:00:01 timeout 0 packets 0 bytes 0
add g 10.0.0.3,02:00:00:00:00:01 timeout 49 packets 0 bytes 0
$ ipset destroy

== a hash that shrinks
$ ipset create a hash:ip hashsize 64 bucketsize 12 initval 3 timeout 0
$ ipset add a 10.0.0.0-10.0.1.255
$ ipset list -t a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 128 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000003
Size in memory: 18752
References: 0
Number of entries: 512
$ ipset del a 10.0.0.0-10.0.0.77
$ ipset list -t a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 128 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000003
Size in memory: 17664
References: 0
Number of entries: 434
$ ipset add a 10.0.2.0-10.0.2.33
$ ipset save a
create a hash:ip family inet hashsize 128 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000003
add a 10.0.0.144 timeout 0
add a 10.0.0.162 timeout 0
add a 10.0.1.172 timeout 0
add a 10.0.0.181 timeout 0
add a 10.0.0.187 timeout 0
add a 10.0.1.13 timeout 0
add a 10.0.1.52 timeout 0
add a 10.0.1.60 timeout 0
add a 10.0.1.112 timeout 0
add a 10.0.1.190 timeout 0
add a 10.0.1.12 timeout 0
add a 10.0.1.189 timeout 0
add a 10.0.1.195 timeout 0
add a 10.0.0.101 timeout 0
add a 10.0.0.142 timeout 0
add a 10.0.0.202 timeout 0
add a 10.0.0.237 timeout 0
add a 10.0.1.28 timeout 0
add a 10.0.1.113 timeout 0
add a 10.0.1.211 timeout 0
add a 10.0.1.224 timeout 0
add a 10.0.1.249 timeout 0
add a 10.0.0.152 timeout 0
add a 10.0.0.201 timeout 0
add a 10.0.0.232 timeout 0
add a 10.0.1.191 timeout 0
add a 10.0.0.188 timeout 0
add a 10.0.0.247 timeout 0
add a 10.0.1.75 timeout 0
add a 10.0.1.169 timeout 0
add a 10.0.1.216 timeout 0
add a 10.0.1.239 timeout 0
add a 10.0.0.159 timeout 0
add a 10.0.0.215 timeout 0
add a 10.0.1.151 timeout 0
add a 10.0.0.120 timeout 0
add a 10.0.0.251 timeout 0
add a 10.0.1.82 timeout 0
add a 10.0.1.111 timeout 0
add a 10.0.1.122 timeout 0
add a 10.0.1.143 timeout 0
add a 10.0.1.155 timeout 0
add a 10.0.0.133 timeout 0
add a 10.0.1.38 timeout 0
add a 10.0.1.77 timeout 0
add a 10.0.1.110 timeout 0
add a 10.0.1.157 timeout 0
add a 10.0.1.231 timeout 0
add a 10.0.0.130 timeout 0
add a 10.0.1.58 timeout 0
add a 10.0.1.107 timeout 0
add a 10.0.1.178 timeout 0
add a 10.0.1.201 timeout 0
add a 10.0.0.96 timeout 0
add a 10.0.0.231 timeout 0
add a 10.0.1.71 timeout 0
add a 10.0.1.94 timeout 0
add a 10.0.1.214 timeout 0
add a 10.0.1.230 timeout 0
add a 10.0.0.107 timeout 0
add a 10.0.0.246 timeout 0
add a 10.0.0.249 timeout 0
add a 10.0.1.19 timeout 0
add a 10.0.1.102 timeout 0
add a 10.0.0.117 timeout 0
add a 10.0.1.156 timeout 0
add a 10.0.1.199 timeout 0
add a 10.0.0.94 timeout 0
add a 10.0.0.222 timeout 0
add a 10.0.1.177 timeout 0
add a 10.0.1.180 timeout 0
add a 10.0.1.205 timeout 0
add a 10.0.1.242 timeout 0
add a 10.0.2.0 timeout 0
add a 10.0.0.137 timeout 0
add a 10.0.1.187 timeout 0
add a 10.0.1.200 timeout 0
add a 10.0.0.126 timeout 0
add a 10.0.1.121 timeout 0
add a 10.0.2.29 timeout 0
add a 10.0.0.186 timeout 0
add a 10.0.1.57 timeout 0
add a 10.0.1.186 timeout 0
add a 10.0.1.204 timeout 0
add a 10.0.1.220 timeout 0
add a 10.0.1.226 timeout 0
add a 10.0.1.237 timeout 0
add a 10.0.2.1 timeout 0
add a 10.0.0.83 timeout 0
add a 10.0.1.40 timeout 0
add a 10.0.1.255 timeout 0
add a 10.0.0.207 timeout 0
add a 10.0.1.0 timeout 0
add a 10.0.1.91 timeout 0
add a 10.0.0.164 timeout 0
add a 10.0.0.175 timeout 0
add a 10.0.1.18 timeout 0
add a 10.0.1.37 timeout 0
add a 10.0.1.253 timeout 0
add a 10.0.2.28 timeout 0
add a 10.0.0.157 timeout 0
add a 10.0.1.20 timeout 0
add a 10.0.1.197 timeout 0
add a 10.0.0.109 timeout 0
add a 10.0.1.15 timeout 0
add a 10.0.1.29 timeout 0
add a 10.0.1.65 timeout 0
add a 10.0.0.184 timeout 0
add a 10.0.1.3 timeout 0
add a 10.0.1.45 timeout 0
add a 10.0.1.62 timeout 0
add a 10.0.1.92 timeout 0
add a 10.0.1.248 timeout 0
add a 10.0.1.117 timeout 0
add a 10.0.1.171 timeout 0
add a 10.0.1.208 timeout 0
add a 10.0.0.108 timeout 0
add a 10.0.1.48 timeout 0
add a 10.0.2.6 timeout 0
add a 10.0.0.170 timeout 0
add a 10.0.1.76 timeout 0
add a 10.0.1.116 timeout 0
add a 10.0.0.114 timeout 0
add a 10.0.0.250 timeout 0
add a 10.0.1.27 timeout 0
add a 10.0.1.139 timeout 0
add a 10.0.1.163 timeout 0
add a 10.0.1.184 timeout 0
add a 10.0.0.87 timeout 0
add a 10.0.0.163 timeout 0
add a 10.0.1.33 timeout 0
add a 10.0.1.56 timeout 0
add a 10.0.0.105 timeout 0
add a 10.0.1.41 timeout 0
add a 10.0.1.152 timeout 0
add a 10.0.0.90 timeout 0
add a 10.0.0.183 timeout 0
add a 10.0.0.220 timeout 0
add a 10.0.1.179 timeout 0
add a 10.0.1.159 timeout 0
add a 10.0.2.12 timeout 0
add a 10.0.0.140 timeout 0
add a 10.0.0.238 timeout 0
add a 10.0.0.239 timeout 0
add a 10.0.1.148 timeout 0
add a 10.0.0.245 timeout 0
add a 10.0.1.47 timeout 0
add a 10.0.1.105 timeout 0
add a 10.0.0.167 timeout 0
add a 10.0.1.68 timeout 0
add a 10.0.1.126 timeout 0
add a 10.0.1.234 timeout 0
add a 10.0.0.169 timeout 0
add a 10.0.2.19 timeout 0
add a 10.0.1.5 timeout 0
add a 10.0.1.250 timeout 0
add a 10.0.2.4 timeout 0
add a 10.0.0.141 timeout 0
add a 10.0.0.209 timeout 0
add a 10.0.1.109 timeout 0
add a 10.0.0.210 timeout 0
add a 10.0.0.244 timeout 0
add a 10.0.0.243 timeout 0
add a 10.0.1.158 timeout 0
add a 10.0.0.91 timeout 0
add a 10.0.1.115 timeout 0
add a 10.0.1.137 timeout 0
add a 10.0.0.134 timeout 0
add a 10.0.1.44 timeout 0
add a 10.0.1.84 timeout 0
add a 10.0.0.115 timeout 0
add a 10.0.0.179 timeout 0
add a 10.0.0.233 timeout 0
add a 10.0.1.90 timeout 0
add a 10.0.1.135 timeout 0
add a 10.0.0.235 timeout 0
add a 10.0.1.1 timeout 0
add a 10.0.1.74 timeout 0
add a 10.0.1.114 timeout 0
add a 10.0.1.150 timeout 0
add a 10.0.0.193 timeout 0
add a 10.0.0.196 timeout 0
add a 10.0.1.213 timeout 0
add a 10.0.1.219 timeout 0
add a 10.0.0.145 timeout 0
add a 10.0.0.255 timeout 0
add a 10.0.0.194 timeout 0
add a 10.0.1.89 timeout 0
add a 10.0.1.119 timeout 0
add a 10.0.1.218 timeout 0
add a 10.0.0.88 timeout 0
add a 10.0.0.174 timeout 0
add a 10.0.0.236 timeout 0
add a 10.0.1.23 timeout 0
add a 10.0.1.36 timeout 0
add a 10.0.1.10 timeout 0
add a 10.0.1.50 timeout 0
add a 10.0.1.69 timeout 0
add a 10.0.1.128 timeout 0
add a 10.0.2.3 timeout 0
add a 10.0.0.84 timeout 0
add a 10.0.0.95 timeout 0
add a 10.0.0.110 timeout 0
add a 10.0.1.133 timeout 0
add a 10.0.1.142 timeout 0
add a 10.0.1.176 timeout 0
add a 10.0.0.106 timeout 0
add a 10.0.0.125 timeout 0
add a 10.0.0.195 timeout 0
add a 10.0.1.147 timeout 0
add a 10.0.1.217 timeout 0
add a 10.0.2.16 timeout 0
add a 10.0.1.124 timeout 0
add a 10.0.0.127 timeout 0
add a 10.0.0.99 timeout 0
add a 10.0.0.150 timeout 0
add a 10.0.0.185 timeout 0
add a 10.0.1.73 timeout 0
add a 10.0.2.20 timeout 0
add a 10.0.0.199 timeout 0
add a 10.0.1.21 timeout 0
add a 10.0.2.31 timeout 0
add a 10.0.0.100 timeout 0
add a 10.0.1.26 timeout 0
add a 10.0.1.63 timeout 0
add a 10.0.1.160 timeout 0
add a 10.0.1.209 timeout 0
add a 10.0.0.98 timeout 0
add a 10.0.1.34 timeout 0
add a 10.0.1.167 timeout 0
add a 10.0.1.254 timeout 0
add a 10.0.0.253 timeout 0
add a 10.0.1.162 timeout 0
add a 10.0.0.227 timeout 0
add a 10.0.1.125 timeout 0
add a 10.0.0.204 timeout 0
add a 10.0.0.124 timeout 0
add a 10.0.0.211 timeout 0
add a 10.0.0.218 timeout 0
add a 10.0.1.185 timeout 0
add a 10.0.0.241 timeout 0
add a 10.0.1.25 timeout 0
add a 10.0.1.131 timeout 0
add a 10.0.1.166 timeout 0
add a 10.0.2.30 timeout 0
add a 10.0.0.214 timeout 0
add a 10.0.2.17 timeout 0
add a 10.0.0.93 timeout 0
add a 10.0.0.138 timeout 0
add a 10.0.0.205 timeout 0
add a 10.0.1.83 timeout 0
add a 10.0.1.96 timeout 0
add a 10.0.1.235 timeout 0
add a 10.0.0.82 timeout 0
add a 10.0.0.139 timeout 0
add a 10.0.0.146 timeout 0
add a 10.0.0.148 timeout 0
add a 10.0.0.192 timeout 0
add a 10.0.1.61 timeout 0
add a 10.0.0.172 timeout 0
add a 10.0.0.242 timeout 0
add a 10.0.1.207 timeout 0
add a 10.0.0.118 timeout 0
add a 10.0.2.8 timeout 0
add a 10.0.1.39 timeout 0
add a 10.0.1.46 timeout 0
add a 10.0.1.59 timeout 0
add a 10.0.1.80 timeout 0
add a 10.0.1.206 timeout 0
add a 10.0.1.165 timeout 0
add a 10.0.0.165 timeout 0
add a 10.0.0.223 timeout 0
add a 10.0.1.4 timeout 0
add a 10.0.1.49 timeout 0
add a 10.0.1.53 timeout 0
add a 10.0.1.154 timeout 0
add a 10.0.2.11 timeout 0
add a 10.0.0.85 timeout 0
add a 10.0.0.92 timeout 0
add a 10.0.0.128 timeout 0
add a 10.0.0.161 timeout 0
add a 10.0.1.16 timeout 0
add a 10.0.1.223 timeout 0
add a 10.0.1.233 timeout 0
add a 10.0.0.97 timeout 0
add a 10.0.0.111 timeout 0
add a 10.0.0.151 timeout 0
add a 10.0.0.200 timeout 0
add a 10.0.0.240 timeout 0
add a 10.0.1.93 timeout 0
add a 10.0.1.246 timeout 0
add a 10.0.0.221 timeout 0
add a 10.0.1.66 timeout 0
add a 10.0.1.79 timeout 0
add a 10.0.1.149 timeout 0
add a 10.0.1.196 timeout 0
add a 10.0.2.26 timeout 0
add a 10.0.1.7 timeout 0
add a 10.0.1.11 timeout 0
add a 10.0.1.98 timeout 0
add a 10.0.1.141 timeout 0
add a 10.0.2.24 timeout 0
add a 10.0.0.79 timeout 0
add a 10.0.0.190 timeout 0
add a 10.0.1.24 timeout 0
add a 10.0.1.161 timeout 0
add a 10.0.0.78 timeout 0
add a 10.0.0.81 timeout 0
add a 10.0.0.122 timeout 0
add a 10.0.0.229 timeout 0
add a 10.0.1.106 timeout 0
add a 10.0.1.146 timeout 0
add a 10.0.0.230 timeout 0
add a 10.0.1.136 timeout 0
add a 10.0.1.229 timeout 0
add a 10.0.2.13 timeout 0
add a 10.0.2.27 timeout 0
add a 10.0.0.225 timeout 0
add a 10.0.1.42 timeout 0
add a 10.0.1.252 timeout 0
add a 10.0.0.89 timeout 0
add a 10.0.0.173 timeout 0
add a 10.0.0.252 timeout 0
add a 10.0.0.254 timeout 0
add a 10.0.1.134 timeout 0
add a 10.0.2.21 timeout 0
add a 10.0.0.155 timeout 0
add a 10.0.0.234 timeout 0
add a 10.0.1.6 timeout 0
add a 10.0.1.51 timeout 0
add a 10.0.1.175 timeout 0
add a 10.0.1.88 timeout 0
add a 10.0.1.181 timeout 0
add a 10.0.1.192 timeout 0
add a 10.0.1.212 timeout 0
add a 10.0.0.178 timeout 0
add a 10.0.1.70 timeout 0
add a 10.0.1.81 timeout 0
add a 10.0.1.132 timeout 0
add a 10.0.1.138 timeout 0
add a 10.0.1.245 timeout 0
add a 10.0.0.102 timeout 0
add a 10.0.0.112 timeout 0
add a 10.0.1.17 timeout 0
add a 10.0.1.123 timeout 0
add a 10.0.1.170 timeout 0
add a 10.0.1.9 timeout 0
add a 10.0.1.232 timeout 0
add a 10.0.1.244 timeout 0
add a 10.0.0.154 timeout 0
add a 10.0.0.86 timeout 0
add a 10.0.0.217 timeout 0
add a 10.0.1.174 timeout 0
add a 10.0.1.103 timeout 0
add a 10.0.1.238 timeout 0
add a 10.0.0.216 timeout 0
add a 10.0.0.219 timeout 0
add a 10.0.1.2 timeout 0
add a 10.0.1.32 timeout 0
add a 10.0.1.164 timeout 0
add a 10.0.2.33 timeout 0
add a 10.0.0.160 timeout 0
add a 10.0.0.228 timeout 0
add a 10.0.1.72 timeout 0
add a 10.0.2.15 timeout 0
add a 10.0.0.131 timeout 0
add a 10.0.1.30 timeout 0
add a 10.0.1.108 timeout 0
add a 10.0.0.168 timeout 0
add a 10.0.0.212 timeout 0
add a 10.0.1.95 timeout 0
add a 10.0.0.147 timeout 0
add a 10.0.1.225 timeout 0
add a 10.0.1.240 timeout 0
add a 10.0.1.251 timeout 0
add a 10.0.2.10 timeout 0
add a 10.0.0.203 timeout 0
add a 10.0.0.213 timeout 0
add a 10.0.0.103 timeout 0
add a 10.0.0.182 timeout 0
add a 10.0.1.8 timeout 0
add a 10.0.1.202 timeout 0
add a 10.0.0.135 timeout 0
add a 10.0.1.101 timeout 0
add a 10.0.1.173 timeout 0
add a 10.0.1.215 timeout 0
add a 10.0.2.18 timeout 0
add a 10.0.0.143 timeout 0
add a 10.0.0.248 timeout 0
add a 10.0.1.120 timeout 0
add a 10.0.1.130 timeout 0
add a 10.0.0.80 timeout 0
add a 10.0.0.116 timeout 0
add a 10.0.1.100 timeout 0
add a 10.0.0.153 timeout 0
add a 10.0.0.166 timeout 0
add a 10.0.0.197 timeout 0
add a 10.0.2.25 timeout 0
add a 10.0.0.180 timeout 0
add a 10.0.1.31 timeout 0
add a 10.0.1.99 timeout 0
add a 10.0.1.145 timeout 0
add a 10.0.1.193 timeout 0
add a 10.0.1.221 timeout 0
add a 10.0.1.67 timeout 0
add a 10.0.1.188 timeout 0
add a 10.0.1.198 timeout 0
add a 10.0.1.210 timeout 0
add a 10.0.1.227 timeout 0
add a 10.0.0.191 timeout 0
add a 10.0.0.208 timeout 0
add a 10.0.1.144 timeout 0
add a 10.0.1.203 timeout 0
add a 10.0.2.2 timeout 0
add a 10.0.2.9 timeout 0
add a 10.0.0.132 timeout 0
add a 10.0.0.156 timeout 0
add a 10.0.0.119 timeout 0
add a 10.0.1.86 timeout 0
add a 10.0.1.97 timeout 0
add a 10.0.1.140 timeout 0
add a 10.0.1.222 timeout 0
add a 10.0.0.129 timeout 0
add a 10.0.1.78 timeout 0
add a 10.0.2.23 timeout 0
add a 10.0.2.32 timeout 0
add a 10.0.0.113 timeout 0
add a 10.0.1.87 timeout 0
add a 10.0.1.247 timeout 0
add a 10.0.2.14 timeout 0
add a 10.0.0.176 timeout 0
add a 10.0.0.226 timeout 0
add a 10.0.1.243 timeout 0
add a 10.0.2.22 timeout 0
add a 10.0.0.171 timeout 0
add a 10.0.0.189 timeout 0
add a 10.0.0.177 timeout 0
add a 10.0.1.14 timeout 0
add a 10.0.1.22 timeout 0
add a 10.0.1.35 timeout 0
add a 10.0.1.183 timeout 0
add a 10.0.1.55 timeout 0
add a 10.0.1.236 timeout 0
add a 10.0.2.7 timeout 0
add a 10.0.0.198 timeout 0
add a 10.0.1.104 timeout 0
add a 10.0.1.118 timeout 0
add a 10.0.0.206 timeout 0
add a 10.0.0.104 timeout 0
add a 10.0.1.127 timeout 0
add a 10.0.1.153 timeout 0
add a 10.0.0.158 timeout 0
add a 10.0.1.85 timeout 0
add a 10.0.1.241 timeout 0
add a 10.0.2.5 timeout 0
add a 10.0.0.121 timeout 0
add a 10.0.1.43 timeout 0
add a 10.0.1.64 timeout 0
add a 10.0.1.182 timeout 0
add a 10.0.1.228 timeout 0
add a 10.0.0.123 timeout 0
add a 10.0.0.136 timeout 0
add a 10.0.0.149 timeout 0
add a 10.0.0.224 timeout 0
add a 10.0.1.54 timeout 0
add a 10.0.1.129 timeout 0
add a 10.0.1.168 timeout 0
add a 10.0.1.194 timeout 0
$ ipset del a 10.0.0.78-10.0.2.33
$ ipset list a
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 128 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000003
Size in memory: 416
References: 0
Number of entries: 0
Members:
