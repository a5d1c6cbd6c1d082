# ipset restore: its syntax, what a fault leaves behind, and the numbers of lines.

== a saved session
$ ipset restore
< create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x40d7230a
< add a 10.0.0.1
< add a 10.0.0.2
< create b list:set size 8
< add b a
< 
< # a comment
<    # another
<   add   a    10.0.0.3   
< add a 10.0.0.4 # not a comment
! ipset v7.17: Unknown argument: `#'
! Try `ipset help' for more information.
? 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x40d7230a
add a 10.0.0.1
add a 10.0.0.2
create b list:set size 8
add b a

== the second fault stops it
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add a 10.0.0.1
< add a 10.0.0.2
! ipset v7.17: Error in line 3: Element cannot be added to the set: it's already added
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1

== what came before a line that cannot be parsed, in the same batch, is lost
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add a x
< add a 10.0.0.2
! ipset v7.17: Error in line 3: Syntax error: cannot parse x: resolving to IPv4 address failed
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset restore
< add a 10.0.0.1
< del a 10.0.0.1
< add a 10.0.0.2
< add a x
! ipset v7.17: Error in line 4: Syntax error: cannot parse x: resolving to IPv4 address failed
? 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
$ ipset restore
< add a 10.0.0.7
< create z hash:ip initval 1
< foo
! ipset v7.17: No command specified: unknown argument foo
! Try `ipset help' for more information.
? 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.7
create z hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001

== sets that are not there
$ ipset restore
< add a 10.0.0.1
! ipset v7.17: Error in line 1: The set with the given name does not exist
? 1
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add b 10.0.0.1
! ipset v7.17: Error in line 3: The set with the given name does not exist
? 1
$ ipset restore
< del a 10.0.0.9
! ipset v7.17: Error in line 1: Element cannot be deleted from the set: it's not added
? 1
$ ipset restore
< create a hash:ip initval 1
! ipset v7.17: Error in line 1: Set cannot be created: set with the same name already exists
? 1
$ ipset -exist restore
< create a hash:ip initval 1
< add a 10.0.0.1
< del a 10.0.0.9
< create a hash:net
! ipset v7.17: Error in line 4: Set cannot be created: set with the same name already exists
? 1
$ ipset -! restore
< add a 10.0.0.1
< add a 10.0.0.5
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1
add a 10.0.0.5

== exist on single lines
$ ipset restore
< create a hash:ip initval 1
< add a 10.0.0.1
< add -exist a 10.0.0.1
< add a 10.0.0.1
! ipset v7.17: Error in line 3: Element cannot be added to the set: it's already added
? 1
$ ipset restore
< add a 10.0.0.1 -exist
< add a 10.0.0.2
< add a 10.0.0.2
$ ipset restore
< -exist add a 10.0.0.1
< -! add a 10.0.0.1
$ ipset restore
< create -exist a hash:ip
< create a hash:ip
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add a 10.0.0.1
add a 10.0.0.2

== every command but list
$ ipset restore
< create a hash:ip initval 1
< create b hash:ip initval 2
< add a 10.0.0.1
< swap a b
< rename a c
< flush c
< add c 10.0.0.7
< test c 10.0.0.7
< test c 10.0.0.8
< destroy b
! Warning: 10.0.0.7 is in set c.
$ ipset save
create c hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
add c 10.0.0.7
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b 10.0.0.1
$ ipset restore
< test c 10.0.0.8
< add c 10.0.0.9
! 10.0.0.8 is NOT in set c.
? 1
$ ipset restore
< list
Name: c
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
Size in memory: 232
References: 0
Number of entries: 1
Members:
10.0.0.7
.
Name: b
Type: hash:ip
Revision: 5
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
Size in memory: 232
References: 0
Number of entries: 1
Members:
10.0.0.1
$ ipset restore
< save
create c hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
add c 10.0.0.7
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b 10.0.0.1
$ ipset restore
< restore
! ipset v7.17: Command `restore' is invalid in restore mode.
! Try `ipset help' for more information.
? 2
$ ipset restore
< version
! ipset v7.17: Command `version' is invalid in restore mode.
! Try `ipset help' for more information.
? 2
$ ipset restore
< help
! ipset v7.17: Command `help' is invalid in restore mode.
! Try `ipset help' for more information.
? 2
$ ipset restore
< quit
$ ipset restore
< COMMIT
< add c 10.0.0.10
< commit
! ipset v7.17: No command specified: unknown argument commit
! Try `ipset help' for more information.
? 2
$ ipset save
create c hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000002
add c 10.0.0.7
create b hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add b 10.0.0.1

== quoting
$ ipset restore
< create a hash:ip comment initval 1
< add a 10.0.0.1 comment "two words"
< add a 10.0.0.2 comment 'two words'
< add a 10.0.0.3 comment two
< add a 10.0.0.4 comment "unclosed
! ipset v7.17: Unknown argument: `words''
! Try `ipset help' for more information.
? 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
$ ipset restore
< add a "10.0.0.5" comment ""
< add a 10.0.0.6 comment "x"y
< add a 10.0.0.7 comment "a\b"
< add a 10.0.0.8 comment "tab	tab"
! ipset v7.17: Missing mandatory argument of option `comment'
! Try `ipset help' for more information.
? 2
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
$ ipset restore a
< add a 10.0.0.9
! ipset v7.17: Unknown argument a
! Try `ipset help' for more information.
? 2
$ ipset restore
< add a 10.0.0.9 comment "a" "b"
! ipset v7.17: Unknown argument: `b'
! Try `ipset help' for more information.
? 2
$ ipset restore
< -A a 10.0.0.10
< -N q iphash initval 1
< -A q 10.0.0.10
< n r hash:ip initval 1
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x00000001
add a 10.0.0.10
create q hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
add q 10.0.0.10
create r hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001

== counters in a batch
$ ipset restore
< create a hash:ip counters timeout 100 initval 1
< add a 10.0.0.1 packets 3 bytes 9 timeout 0
< add a 10.0.0.2 timeout 0
< create b hash:net,port counters initval 1
< add b 10.0.0.0/8,80 packets 1 bytes 1
< add b 10.0.0.0/8,81
< add b 10.0.0.0/9,80-81 nomatch
$ ipset save
create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 100 counters bucketsize 12 initval 0x00000001
add a 10.0.0.1 timeout 0 packets 3 bytes 9
add a 10.0.0.2 timeout 0 packets 0 bytes 0
create b hash:net,port family inet hashsize 1024 maxelem 65536 counters bucketsize 12 initval 0x00000001
add b 10.0.0.0/8,tcp:80 packets 1 bytes 1
add b 10.0.0.0/8,tcp:81 packets 0 bytes 0
add b 10.0.0.0/9,tcp:80 nomatch packets 0 bytes 0
add b 10.0.0.0/9,tcp:81 nomatch packets 0 bytes 0
