# Commands, their abbreviations, options, and what they say when something is wrong.

== create
$ ipset create
! ipset v7.17: Missing mandatory argument to command create
! Try `ipset help' for more information.
? 2
$ ipset create a
! ipset v7.17: Missing second mandatory argument to command create
! Try `ipset help' for more information.
? 2
$ ipset create a hash:foo
! ipset v7.17: Syntax error: typename 'hash:foo' is unknown
? 1
$ ipset create a hash:ip foo
! ipset v7.17: Unknown argument: `foo'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip hashsize
! ipset v7.17: Missing mandatory argument of option `hashsize'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip hashsize x
! ipset v7.17: Syntax error: 'x' is invalid as number
? 1
$ ipset create a hash:ip hashsize -1
! ipset v7.17: Syntax error: '-1' is out of range 0-4294967295
? 1
$ ipset create a hash:ip hashsize 64 hashsize 128
! ipset v7.17: Syntax error: hashsize already specified
? 1
$ ipset create a hash:ip timeout 10 timeout 20
! ipset v7.17: Syntax error: timeout already specified
? 1
$ ipset create a hash:ip size 8
! ipset v7.17: Unknown argument: `size'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip range 1-2
! ipset v7.17: Unknown argument: `range'
! Try `ipset help' for more information.
? 2
$ ipset create a hash:ip gc 4 initval 0x75092c20
! Warning: Option '--gc 4' is ignored. Please upgrade your syntax.
$ ipset create a hash:ip probes 4 resize 50 initval 1
! ipset v7.17: Set cannot be created: set with the same name already exists
? 1
$ ipset create a hash:ip initval 1
! ipset v7.17: Set cannot be created: set with the same name already exists
? 1
$ ipset create a hash:ip initval 2 -exist
$ ipset create a hash:ip maxelem 5 -exist
! ipset v7.17: Set cannot be created: set with the same name already exists
? 1
$ ipset create a hash:net -exist
! ipset v7.17: Set cannot be created: set with the same name already exists
? 1
$ ipset create aaaaaaaaaabbbbbbbbbbccccccccccd hash:ip initval 1
$ ipset create aaaaaaaaaabbbbbbbbbbccccccccccde hash:ip initval 1
! ipset v7.17: Syntax error: setname 'aaaaaaaaaabbbbbbbbbbccccccccccde' is longer than 31 characters
? 1
$ ipset create 'with space' hash:ip initval 1
$ ipset create '' hash:ip initval 1
$ ipset create - hash:ip initval 1
$ ipset create -x hash:ip initval 1
$ ipset create ü hash:ip initval 1
$ ipset n b hash:ip initval 1
$ ipset -N c hash:ip initval 1
$ ipset --create d hash:ip initval 1
$ ipset cre e hash:ip initval 1
$ ipset new f hash:ip initval 1
$ ipset c g hash:ip initval 1
$ ipset create h iphash initval 1
$ ipset create i nethash initval 1
$ ipset create j ipporthash initval 1
$ ipset create k setlist
$ ipset create l portmap from 1 to 5
$ ipset create m ipmap from 10.0.0.0 to 10.0.0.5
$ ipset create n ipmap network 10.0.0.0/24
$ ipset create o hash:ip hashsize 64 --maxelem 5 initval 1
$ ipset create p hash:ip counters counters initval 1
$ ipset create q hash:ip,port,proto
! ipset v7.17: Syntax error: typename 'hash:ip,port,proto' is unknown
? 1
$ ipset create r HASH:IP
! ipset v7.17: Syntax error: typename 'HASH:IP' is unknown
? 1
$ ipset create s hash:ip bitmask 255.255.255.0
! ipset v7.17: Argument `bitmask' is supported in the kernel module of the set type hash:ip starting from the revision 6 and you have installed revision 5 only. Your kernel is behind your ipset utility.
! Try `ipset help' for more information.
? 2
$ ipset list
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x75092c20
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: aaaaaaaaaabbbbbbbbbbccccccccccd
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: with space
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: 
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: -
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: -x
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: ü
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: c
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: d
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: e
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: f
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: g
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: h
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: i
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 448
References: 0
Number of entries: 0
Members:
.
Name: j
Type: hash:ip,port
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: l
Type: bitmap:port
Revision: 3
Header: range 1-5
Size in memory: 80
References: 0
Number of entries: 0
Members:
.
Name: m
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.5
Size in memory: 96
References: 0
Number of entries: 0
Members:
.
Name: n
Type: bitmap:ip
Revision: 3
Header: range 10.0.0.0-10.0.0.255
Size in memory: 120
References: 0
Number of entries: 0
Members:
.
Name: o
Type: hash:ip
Revision: 5
Header: family inet hashsize 64 maxelem 5 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: p
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 counters bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: k
Type: list:set
Revision: 3
Header: size 8
Size in memory: 80
References: 0
Number of entries: 0
Members:

== add, del, test
$ ipset add
! ipset v7.17: Missing mandatory argument to command add
! Try `ipset help' for more information.
? 2
$ ipset add a
! ipset v7.17: Missing second mandatory argument to command add
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.1
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset del a 10.0.0.1
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset test a 10.0.0.1
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset create a hash:ip initval 1
$ ipset -A a 10.0.0.1
$ ipset --add a 10.0.0.2
$ ipset ad a 10.0.0.3
$ ipset a a 10.0.0.4
$ ipset -T a 10.0.0.1
! Warning: 10.0.0.1 is in set a.
$ ipset -T a 10.0.0.9
! 10.0.0.9 is NOT in set a.
? 1
$ ipset t a 10.0.0.1
! Warning: 10.0.0.1 is in set a.
$ ipset -D a 10.0.0.1
$ ipset -D a 10.0.0.1
! ipset v7.17: Element cannot be deleted from the set: it's not added
? 1
$ ipset d a 10.0.0.2
$ ipset de a 10.0.0.3
$ ipset -q test a 10.0.0.3
? 1
$ ipset -q test a 10.0.0.9
? 1
$ ipset test a 10.0.0.9 -q
? 1
$ ipset test -quiet a 10.0.0.9
? 1
$ ipset -q add a 10.0.0.4
? 1
$ ipset -q add a 10.0.0.4
? 1
$ ipset -exist add a 10.0.0.4
$ ipset add -! a 10.0.0.4
$ ipset --exist add a 10.0.0.4
$ ipset add a 10.0.0.5 foo
! ipset v7.17: Unknown argument: `foo'
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.5 10.0.0.6
! ipset v7.17: Unknown argument: `10.0.0.6'
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.5 timeout 5
! ipset v7.17: Timeout cannot be used: set was created without timeout support
? 1
$ ipset add a 10.0.0.5 family inet
! ipset v7.17: Unknown argument: `family'
! Try `ipset help' for more information.
? 2
$ ipset add a 10.0.0.5 -exist -exist
$ ipset add a 10.0.0.6 -quiet
$ ipset del a 10.0.0.6 timeout 5
! ipset v7.17: Unknown argument: `timeout'
! Try `ipset help' for more information.
? 2
$ ipset del a 10.0.0.6 comment x
! ipset v7.17: Unknown argument: `comment'
! Try `ipset help' for more information.
? 2
$ ipset test a 10.0.0.6 packets 5
! ipset v7.17: Unknown argument: `packets'
! Try `ipset help' for more information.
? 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.6
add a 10.0.0.5
add a 10.0.0.4

== list and save
$ ipset list
$ ipset save
$ ipset list a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset save a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset create b hash:ip initval 1
$ ipset create a hash:net initval 1 timeout 0
$ ipset add a 10.0.0.0/8
$ ipset list
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset -L
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset -L b
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
$ ipset --list a
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset l b
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
$ ipset -S
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
add a 10.0.0.0/8 timeout 0
$ ipset s b
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset sa b
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset list -n
b
a
$ ipset -n list
b
a
$ ipset list -name a
a
$ ipset list -t
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
.
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
$ ipset list a -terse
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
$ ipset list -o plain a
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset list -o save
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
add a 10.0.0.0/8 timeout 0
$ ipset save -o plain
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
Members:
.
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset -output save list a
create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
add a 10.0.0.0/8 timeout 0
$ ipset list -o foo
! ipset v7.17: Syntax error: unknown output mode 'foo'
? 1
$ ipset list -o
! ipset v7.17: Missing mandatory argument to option -o
! Try `ipset help' for more information.
? 2
$ ipset list a b
! ipset v7.17: Unknown argument b
! Try `ipset help' for more information.
? 2
$ ipset save a b
! ipset v7.17: Unknown argument b
! Try `ipset help' for more information.
? 2
$ ipset list -sorted a
Name: a
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
Size in memory: 512
References: 0
Number of entries: 1
Members:
10.0.0.0/8 timeout 0
$ ipset list -n -t
b
a
$ ipset save -n
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
add a 10.0.0.0/8 timeout 0
$ ipset save -t
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x00000001
add a 10.0.0.0/8 timeout 0

== destroy, flush, rename, swap
$ ipset destroy
$ ipset flush
$ ipset destroy a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset -exist destroy a
$ ipset flush a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset -exist flush a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset rename
! ipset v7.17: Missing mandatory argument to command rename
! Try `ipset help' for more information.
? 2
$ ipset rename a
! ipset v7.17: Missing second mandatory argument to command rename
! Try `ipset help' for more information.
? 2
$ ipset rename a b
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset swap a
! ipset v7.17: Missing second mandatory argument to command swap
! Try `ipset help' for more information.
? 2
$ ipset swap a b
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset create a hash:ip initval 1
$ ipset create b hash:ip initval 2
$ ipset create c hash:ip,port initval 3
$ ipset create d hash:ip family inet6 initval 4
$ ipset create e hash:ip,port,ip initval 4
$ ipset create g hash:net initval 4
$ ipset create h bitmap:ip range 10.0.0.0/24
$ ipset add a 10.0.0.1
$ ipset rename a b
! ipset v7.17: Set cannot be renamed: a set with the new name already exists
? 1
$ ipset rename a f
$ ipset e f a
$ ipset -E a f
$ ipset ren f a
$ ipset swap a b
$ ipset w a nope
! ipset v7.17: Sets cannot be swapped: the second set does not exist
? 1
$ ipset -W nope a
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset swap a c
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset swap a d
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset swap a g
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset swap a h
$ ipset swap c e
! ipset v7.17: The sets cannot be swapped: their type does not match
? 1
$ ipset save
create a bitmap:ip range 10.0.0.0-10.0.0.255
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b 10.0.0.1
create c hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000003
create d hash:ip family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000004
create e hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000004
create g hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000004
create h hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
$ ipset -X c
$ ipset x d
$ ipset -F a
$ ipset f b
$ ipset save
create a bitmap:ip range 10.0.0.0-10.0.0.255
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create e hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000004
create g hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000004
create h hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
$ ipset destroy a b
! ipset v7.17: Unknown argument b
! Try `ipset help' for more information.
? 2
$ ipset flush a b
! ipset v7.17: Unknown argument b
! Try `ipset help' for more information.
? 2
$ ipset destroy
$ ipset save
$ ipset rename toolongnametoolongnametoolongname b
! ipset v7.17: Syntax error: setname 'toolongnametoolongnametoolongname' is longer than 31 characters
? 1

== holes are filled first
$ ipset create a hash:ip initval 1
$ ipset create b hash:ip initval 1
$ ipset create c hash:ip initval 1
$ ipset destroy b
$ ipset create d hash:ip initval 1
$ ipset create b hash:ip initval 1
$ ipset list -n
a
d
c
b
$ ipset create l list:set
$ ipset create k hash:ip initval 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create d hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create c hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create k hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
create l list:set size 8
$ ipset list -n
a
d
c
b
k
l
$ ipset rename a z
$ ipset list -n
z
d
c
b
k
l

== no command, wrong command
$ ipset
! ipset v7.17: No command specified.
! Try `ipset help' for more information.
? 2
$ ipset foo
! ipset v7.17: No command specified: unknown argument foo
! Try `ipset help' for more information.
? 2
$ ipset -foo
! ipset v7.17: No command specified: unknown argument -foo
! Try `ipset help' for more information.
? 2
$ ipset -Z
! ipset v7.17: No command specified: unknown argument -Z
! Try `ipset help' for more information.
? 2
$ ipset version
ipset v7.17, protocol version: 7
$ ipset -V
ipset v7.17, protocol version: 7
$ ipset --version
ipset v7.17, protocol version: 7
$ ipset v
ipset v7.17, protocol version: 7
$ ipset -exist
! ipset v7.17: No command specified.
! Try `ipset help' for more information.
? 2
$ ipset -q
? 2
$ ipset list -foo
! ipset v7.17: The set with the given name does not exist
? 1
$ ipset r
$ ipset re
$ ipset l

== references of rules
$ ipset create a hash:ip initval 1
$ ipset create b hash:ip initval 2
$ iptables -A INPUT -m set --match-set a src -j DROP
$ iptables -A INPUT -m set --match-set a dst -j SET --add-set b src
$ ipset list
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 2
Number of entries: 0
Members:
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
Size in memory: 192
References: 1
Number of entries: 0
Members:
$ ipset destroy a
! ipset v7.17: Set cannot be destroyed: it is in use by a kernel component
? 1
$ ipset destroy
! ipset v7.17: Set cannot be destroyed: it is in use by a kernel component
? 1
$ ipset rename b c
! ipset v7.17: Set cannot be renamed: it is in use by another system
? 1
$ ipset swap a b
$ ipset list -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
Size in memory: 192
References: 2
Number of entries: 0
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 1
Number of entries: 0
$ iptables -S INPUT
-P INPUT ACCEPT
-A INPUT -m set --match-set a src -j DROP
-A INPUT -m set --match-set a dst -j SET --add-set b src
$ iptables -F INPUT
$ ipset list -t
Name: a
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
Size in memory: 192
References: 0
Number of entries: 0
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 192
References: 0
Number of entries: 0
