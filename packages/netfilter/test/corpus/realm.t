:filter INPUT
-m realm --realm 1 ; -m realm --realm 0x1 ; OK
-m realm ! --realm 1 ; -m realm ! --realm 0x1 ; OK
-m realm --realm 0 ; -m realm --realm cosmos ; OK
-m realm --realm cosmos ; = ; OK
-m realm --realm nonesuch ; ; FAIL
-m realm --realm 0x1/0x2a ; = ; OK
-m realm --realm 1/0xffffffff ; -m realm --realm 0x1 ; OK
-m realm --realm 0/0xffffffff ; -m realm --realm cosmos ; OK
-m realm --realm 1/ ; ; FAIL
-m realm --realm "" ; ; FAIL
-m realm --realm 4294967295 ; -m realm --realm 0xffffffff ; OK
-m realm --realm 4294967296 ; ; FAIL
-m realm ; ; FAIL
-m realm --realm 1 --realm 2 ; ; FAIL
:mangle PREROUTING
-m realm --realm 1 ; ; FAIL
:mangle POSTROUTING
-m realm --realm 1 ; -m realm --realm 0x1 ; OK
:filter OUTPUT
-m realm --realm 1 ; -m realm --realm 0x1 ; OK
