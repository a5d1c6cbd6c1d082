:filter INPUT,FORWARD
-m physdev --physdev-in eth0 ; = ; OK
-m physdev ! --physdev-in eth0 ; = ; OK
-m physdev --physdev-in vif+ ; = ; OK
-m physdev --physdev-in + ; = ; OK
-m physdev --physdev-in "" ; -m physdev --physdev-in  ; OK
-m physdev --physdev-in abcdefghijklmno ; = ; OK
-m physdev --physdev-in abcdefghijklmnop ; ; FAIL
-m physdev --physdev-in abcdefghijklmnopq ; ; FAIL
-m physdev --physdev-in e/th ; = ; OK
-m physdev --physdev-in "e th" ; -m physdev --physdev-in e th ; OK
-m physdev --physdev-in eth0 --physdev-in eth1 ; ; FAIL
-m physdev --physdev-is-in ; = ; OK
-m physdev ! --physdev-is-in ; = ; OK
-m physdev --physdev-is-in --physdev-is-in ; ; FAIL
-m physdev --physdev-is-bridged ; = ; OK
-m physdev ! --physdev-is-bridged ; = ; OK
-m physdev --physdev-is-bridged --physdev-in eth0 ; -m physdev --physdev-in eth0 --physdev-is-bridged ; OK
-m physdev --physdev-is-bridged ! --physdev-is-in --physdev-in eth0 ; -m physdev ! --physdev-is-in --physdev-in eth0 --physdev-is-bridged ; OK
-m physdev --physdev-is-bridged ! --physdev-is-out --physdev-is-in --physdev-out eth1 ! --physdev-in eth0 ; -m physdev --physdev-is-in ! --physdev-in eth0 ! --physdev-is-out --physdev-out eth1 --physdev-is-bridged ; OK
-m physdev ; ; FAIL
-m physdev --physdev-in ; ; FAIL
-m physdev -m physdev --physdev-is-in ; ; FAIL
:filter FORWARD
-m physdev --physdev-out eth0 ; = ; OK
-m physdev ! --physdev-out eth0 ; = ; OK
-m physdev --physdev-is-out ; = ; OK
-m physdev --physdev-out tap+ --physdev-is-bridged ; = ; OK
-m physdev ! --physdev-out abcdefghijklmno ; = ; OK
:filter INPUT
-m physdev --physdev-out eth0 ; = ; OK
-m physdev --physdev-is-out ; = ; OK
:mangle POSTROUTING
-m physdev --physdev-out eth0 ; = ; OK
-m physdev --physdev-is-out --physdev-is-in ; -m physdev --physdev-is-in --physdev-is-out ; OK
:filter OUTPUT
-m physdev --physdev-out eth0 ; ; FAIL
-m physdev --physdev-is-out ; ; FAIL
-m physdev ! --physdev-is-out ; ; FAIL
-m physdev --physdev-out eth0 --physdev-is-bridged ; = ; OK
-m physdev --physdev-out eth0 ! --physdev-is-bridged ; ; FAIL
-m physdev --physdev-in eth0 ; = ; OK
-m physdev --physdev-is-in ; = ; OK
-m physdev --physdev-is-bridged ; = ; OK
:raw PREROUTING
-m physdev --physdev-in eth0 ; = ; OK
-m physdev --physdev-out eth0 ; = ; OK
