# bitmap:ip, bitmap:ip,mac, bitmap:port and list:set.

== bitmap:ip
$ ipset create a bitmap:ip range 10.0.0.0/24
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.1
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.16/30
$ ipset add a 10.0.0.40-10.0.0.38
$ ipset add a 10.0.1.0
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset add a 10.0.0.250-10.0.1.3
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset del a 10.0.0.17
$ ipset del a 10.0.0.17
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset test a 10.0.0.16
! Warning: 10.0.0.16 is in set a.
$ ipset test a 10.0.0.17
! 10.0.0.17 is NOT in set a.
? 1
$ ipset test a 11.0.0.17
! 11.0.0.17 is NOT in set a.
? 1
$ ipset test a 10.0.0.16/30
! ipset v7.17: IP/CIDR range is not allowed in command test with set type bitmap:ip and family inet
? 1
$ ipset list a
Name: a
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.255
Size in memory: 120
References: 0
Number of entries: 7
Members:
10.0.0.1
10.0.0.16
10.0.0.18
10.0.0.19
10.0.0.38
10.0.0.39
10.0.0.40
$ ipset save a
create a bitmap:ip range 10.0.0.0-10.0.0.255
add a 10.0.0.1
add a 10.0.0.16
add a 10.0.0.18
add a 10.0.0.19
add a 10.0.0.38
add a 10.0.0.39
add a 10.0.0.40
$ ipset create b bitmap:ip range 10.0.0.0/16 netmask 24
$ ipset add b 10.0.3.7
$ ipset add b 10.0.4.0/22
$ ipset add b 10.0.9.5-10.0.11.4
$ ipset test b 10.0.3.200
! Warning: 10.0.3.200 is in set b.
$ ipset list b
Name: b
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.255.255 netmask 24
Size in memory: 120
References: 0
Number of entries: 7
Members:
10.0.3.0
10.0.4.0
10.0.5.0
10.0.6.0
10.0.7.0
10.0.9.0
10.0.10.0
$ ipset create c bitmap:ip range 10.0.0.0-10.0.0.95 netmask 28
$ ipset add c 10.0.0.33
$ ipset list c
Name: c
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.95 netmask 28
Size in memory: 96
References: 0
Number of entries: 1
Members:
10.0.0.32
$ ipset create d bitmap:ip range 10.0.0.0/15
! ipset v7.17: The range you specified exceeds the size limit of the set type
? 1
$ ipset create e bitmap:ip range 10.0.0.9-10.0.0.3
$ ipset create f bitmap:ip range 10.0.0.1
! ipset v7.17: Syntax error: IP/cidr or IP-IP range must be specified: 10.0.0.1
? 1
$ ipset create g bitmap:ip range 10.0.0.1/32
! ipset v7.17: The value of the CIDR parameter of the IP address is invalid
? 1
$ ipset create h bitmap:ip
! ipset v7.17: Mandatory option `range' is missing
! Try `ipset help' for more information.
? 2
$ ipset create i bitmap:ip range 10.0.0.0/24 family inet
! ipset v7.17: Unknown argument: `family'
! Try `ipset help' for more information.
? 2
$ ipset create j bitmap:ip range 0.0.0.0/0 netmask 16
$ ipset create k bitmap:ip range 10.0.0.5-10.0.3.9 netmask 24
$ ipset create l bitmap:ip range 10.0.0.0/24 netmask 24
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset create m bitmap:ip range 10.0.0.0/24 hashsize 64
! ipset v7.17: Unknown argument: `hashsize'
! Try `ipset help' for more information.
? 2
$ ipset list -t
Name: a
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.255
Size in memory: 120
References: 0
Number of entries: 7
.
Name: b
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.255.255 netmask 24
Size in memory: 120
References: 0
Number of entries: 7
.
Name: c
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.95 netmask 28
Size in memory: 96
References: 0
Number of entries: 1
.
Name: e
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.3-10.0.0.9
Size in memory: 96
References: 0
Number of entries: 0
.
Name: j
Type: bitmap:ip
Revision: 3
Header: range 0.0.0.0-255.255.255.255 netmask 16
Size in memory: 8280
References: 0
Number of entries: 0
.
Name: k
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.3.255 netmask 24
Size in memory: 96
References: 0
Number of entries: 0

== bitmap:port
$ ipset create a bitmap:port range 0-1023
$ ipset add a 80
$ ipset add a tcp:81
$ ipset add a udp:53
$ ipset add a domain
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a udp:tftp
$ ipset add a sctp:5
! ipset v7.17: Syntax error: Only protocols TCP and UDP are valid
? 1
$ ipset add a 90-92
$ ipset add a 99-97
$ ipset add a 1024
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset add a 1020-1024
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset add a 65536
! ipset v7.17: Syntax error: '65536' is out of range 0-65535
! Syntax error: 'tcp' is invalid as number
! cannot parse '65536' as a tcp port
? 1
$ ipset add a x
! ipset v7.17: Syntax error: 'x' is invalid as number
! Syntax error: 'tcp' is invalid as number
! cannot parse 'x' as a tcp port
? 1
$ ipset test a 80
! Warning: 80 is in set a.
$ ipset test a 82
! 82 is NOT in set a.
? 1
$ ipset test a 80-82
! ipset v7.17: FROM-TO port range is not allowed in command test with set type bitmap:port and family unspec
? 1
$ ipset test a 2000
! 2000 is NOT in set a.
? 1
$ ipset del a 80-81
$ ipset list a
Name: a
Type: bitmap:port
Revision: 3
Header: range 0-1023
Size in memory: 200
References: 0
Number of entries: 8
Members:
53
69
90
91
92
97
98
99
$ ipset save a
create a bitmap:port range 0-1023
add a 53
add a 69
add a 90
add a 91
add a 92
add a 97
add a 98
add a 99
$ ipset create b bitmap:port range 100-50
$ ipset create c bitmap:port range 100
! ipset v7.17: Mandatory option `to' is missing
! Try `ipset help' for more information.
? 2
$ ipset create d bitmap:port range tcp:http-https
$ ipset create e bitmap:port
! ipset v7.17: Mandatory option `range' is missing
! Try `ipset help' for more information.
? 2
$ ipset create f bitmap:port range 0-65535 timeout 100 counters comment skbinfo
$ ipset add f 5 comment "five" packets 1 bytes 2 timeout 0
$ ipset list f
Name: f
Type: bitmap:port
Revision: 3
Header: range 0-65535 timeout 100 counters comment skbinfo
Size in memory: 3154013
References: 0
Number of entries: 1
Members:
5 timeout 0 packets 1 bytes 2 comment "five"
$ ipset del f 5
$ ipset add f 5 timeout 0
$ ipset save f
create f bitmap:port range 0-65535 timeout 100 counters comment skbinfo
add f 5 timeout 0 packets 1 bytes 2
$ ipset flush f
$ ipset add f 5 timeout 0
$ ipset save f
create f bitmap:port range 0-65535 timeout 100 counters comment skbinfo
add f 5 timeout 0 packets 1 bytes 2
$ ipset list -t
Name: a
Type: bitmap:port
Revision: 3
Header: range 0-1023
Size in memory: 200
References: 0
Number of entries: 8
.
Name: b
Type: bitmap:port
Revision: 3
Header: range 50-100
Size in memory: 80
References: 0
Number of entries: 0
.
Name: d
Type: bitmap:port
Revision: 3
Header: range 80-443
Size in memory: 120
References: 0
Number of entries: 0
.
Name: f
Type: bitmap:port
Revision: 3
Header: range 0-65535 timeout 100 counters comment skbinfo
Size in memory: 3153992
References: 0
Number of entries: 1

== bitmap timeouts
$ ipset create a bitmap:port range 0-10 timeout 1 comment
$ ipset add a 5 comment x
$ ipset add a 6 timeout 100
$ sleep 2.5
$ ipset list a
Name: a
Type: bitmap:port
Revision: 3
Header: range 0-10 timeout 1 comment
Size in memory: 256
References: 0
Number of entries: 1
Members:
6 timeout 97
$ ipset add a 5
$ ipset test a 5
! Warning: 5 is in set a.
$ ipset save a
create a bitmap:port range 0-10 timeout 1 comment
add a 5 timeout 1
add a 6 timeout 97

== bitmap:ip,mac
$ ipset create a bitmap:ip,mac range 10.0.0.0/24
$ ipset add a 10.0.0.1
$ ipset add a 10.0.0.1
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,02:00:00:00:00:01
$ ipset add a 10.0.0.1,02:00:00:00:00:02
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add a 10.0.0.1,02:00:00:00:00:02 -exist
$ ipset add a 10.0.0.2,02:00:00:00:00:03
$ ipset add a 10.0.0.3-10.0.0.5
! ipset v7.17: Syntax error: plain IP address must be supplied: 10.0.0.3-10.0.0.5
? 1
$ ipset add a 10.0.1.3
! ipset v7.17: Element is out of the range of the set
? 1
$ ipset test a 10.0.0.1
! Warning: 10.0.0.1 is in set a.
$ ipset test a 10.0.0.1,02:00:00:00:00:02
! Warning: 10.0.0.1,02:00:00:00:00:02 is in set a.
$ ipset test a 10.0.0.1,02:00:00:00:00:09
! 10.0.0.1,02:00:00:00:00:09 is NOT in set a.
? 1
$ ipset test a 10.0.0.9,02:00:00:00:00:09
! 10.0.0.9,02:00:00:00:00:09 is NOT in set a.
? 1
$ ipset list a
Name: a
Type: bitmap:ip,mac
Revision: 3
Header: range 10.0.0.0-10.0.0.255
Size in memory: 2160
References: 0
Number of entries: 2
Members:
10.0.0.1,02:00:00:00:00:02
10.0.0.2,02:00:00:00:00:03
$ ipset del a 10.0.0.1
$ ipset del a 10.0.0.2,02:00:00:00:00:99
$ ipset save a
create a bitmap:ip,mac range 10.0.0.0-10.0.0.255

== list:set
$ ipset create x hash:ip initval 1
$ ipset create y hash:net initval 1
$ ipset create z bitmap:port range 0-9
$ ipset create l list:set
$ ipset add l x
$ ipset add l x
! ipset v7.17: Element cannot be added to the set: it's already added
? 1
$ ipset add l x -exist
$ ipset add l y before x
$ ipset add l z after y
$ ipset list l
Name: l
Type: list:set
Revision: 3
Header: size 8
Size in memory: 224
References: 0
Number of entries: 3
Members:
y
z
x
$ ipset add l nope
! ipset v7.17: Set to be added/deleted/tested as element does not exist.
? 1
$ ipset add l l
! ipset v7.17: Sets with list:set type cannot be added to the set.
? 1
$ ipset add l z before nope
! ipset v7.17: The set to which you referred with 'before' or 'after' does not exist.
? 1
$ ipset test l x
! Warning: x is in set l.
$ ipset test l y before z
! Warning: y after z is in set l.
$ ipset test l y before x
! y after x is NOT in set l.
? 1
$ ipset test l x after z
! Warning: x after z is in set l.
$ ipset test l nope
! nope is NOT in set l.
? 1
$ ipset list x
Name: x
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 1
Number of entries: 0
Members:
$ ipset destroy x
! ipset v7.17: Set cannot be destroyed: it is in use by a kernel component
? 1
$ ipset destroy
! ipset v7.17: Set cannot be destroyed: it is in use by a kernel component
? 1
$ ipset rename x w
! ipset v7.17: Set cannot be renamed: it is in use by another system
? 1
$ ipset swap x y
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset create v hash:ip initval 2
$ ipset add v 10.0.0.1
$ ipset swap x v
$ ipset save
create x hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
add x 10.0.0.1
create y hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create z bitmap:port range 0-9
create v hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create l list:set size 8
add l y
add l z
add l x
$ ipset del l x before z
! ipset v7.17: The set to which you referred with 'before' or 'after' is not added to the set.
? 1
$ ipset del l x after z
$ ipset del l x
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset add l v,before,y
$ ipset add l x before
! ipset v7.17: Missing mandatory argument of option `before'
! Try `ipset help' for more information.
? 2
$ ipset list l
Name: l
Type: list:set
Revision: 3
Header: size 8
Size in memory: 224
References: 0
Number of entries: 3
Members:
v
y
z
$ ipset flush l
$ ipset list
Name: x
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
Size in memory: 232
References: 0
Number of entries: 1
Members:
10.0.0.1
.
Name: y
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 448
References: 0
Number of entries: 0
Members:
.
Name: z
Type: bitmap:port
Revision: 3
Header: range 0-9
Size in memory: 80
References: 0
Number of entries: 0
Members:
.
Name: v
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: l
Type: list:set
Revision: 3
Header: size 8
Size in memory: 80
References: 0
Number of entries: 0
Members:
$ ipset destroy l
$ ipset create m list:set size 0
$ ipset create n list:set size 3 timeout 1
$ ipset add n x
$ ipset add n y timeout 100
$ ipset list n
Name: n
Type: list:set
Revision: 3
Header: size 4 timeout 1
Size in memory: 192
References: 0
Number of entries: 2
Members:
x timeout 1
y timeout 99
$ ipset destroy x
! ipset v7.17: Set cannot be destroyed: it is in use by a kernel component
? 1
$ sleep 2.5
$ ipset list n
Name: n
Type: list:set
Revision: 3
Header: size 4 timeout 1
Size in memory: 136
References: 0
Number of entries: 1
Members:
y timeout 96
$ ipset destroy x
$ ipset add n l
! ipset v7.17: Set to be added/deleted/tested as element does not exist.
? 1
$ ipset create p list:set size 100000 counters comment skbinfo
$ ipset add p y comment "why" packets 1 bytes 2 skbmark 0x1
$ ipset list p
Name: p
Type: list:set
Revision: 3
Header: size 100000 counters comment skbinfo
Size in memory: 188
References: 0
Number of entries: 1
Members:
y packets 1 bytes 2 comment "why" skbmark 0x1
$ ipset save
create y hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create z bitmap:port range 0-9
create v hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create p list:set size 100000 counters comment skbinfo
add p y packets 1 bytes 2 comment "why" skbmark 0x1
create m list:set size 4
create n list:set size 4 timeout 1
add n y timeout 95
