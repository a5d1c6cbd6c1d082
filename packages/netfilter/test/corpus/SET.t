# The sets are those at the top of conformance/guest/corpus.py.
:filter INPUT
-j SET ; ; FAIL
-j SET --add-set setip src ; = ; OK
-j SET --add-set setip dst ; = ; OK
-j SET --add-set setip src,dst ; = ; OK
-j SET --add-set setip src,dst,src,dst,src,dst ; = ; OK
-j SET --add-set setip src,dst,src,dst,src,dst,src ; ; FAIL
-j SET --add-set setip foo ; ; FAIL
-j SET --add-set setip ; ; FAIL
-j SET --add-set nope src ; ; FAIL
-j SET --add-set setip6 src ; ; FAIL
-j SET --add-set setlist src ; = ; OK
-j SET --add-set aaaaaaaaaabbbbbbbbbbccccccccccdd src ; ; FAIL
-j SET --add-set setip src --exist ; = ; OK
-j SET --add-set setip src --exist --exist ; -j SET --add-set setip src --exist ; OK
-j SET --exist --add-set setip src ; -j SET --add-set setip src --exist ; OK
-j SET --add-set setip src --timeout 5 ; = ; OK
-j SET --add-set setip src --timeout 5 --exist ; -j SET --add-set setip src --exist --timeout 5 ; OK
-j SET --add-set setip src --timeout 0 ; = ; OK
-j SET --add-set setip src --timeout 4294967294 ; = ; OK
-j SET --add-set setip src --timeout 4294967295 ; ; FAIL
-j SET --add-set setip src --timeout 0x10 ; -j SET --add-set setip src --timeout 16 ; OK
-j SET --add-set setip src --timeout 010 ; -j SET --add-set setip src --timeout 8 ; OK
-j SET --add-set setip src --timeout -1 ; ; FAIL
-j SET --add-set setip src --timeout x ; ; FAIL
-j SET --add-set setip src --timeout 5 --timeout 6 ; -j SET --add-set setip src --timeout 6 ; OK
-j SET --add-set settimeout src --timeout 60 ; = ; OK
-j SET --del-set setip src ; = ; OK
-j SET --del-set setip src --timeout 5 ; ; FAIL
-j SET --del-set setip src --exist ; ; FAIL
-j SET --add-set setip src --del-set settimeout dst ; = ; OK
-j SET --del-set setip src --add-set settimeout dst ; -j SET --add-set settimeout dst --del-set setip src ; OK
-j SET --add-set setip src --add-set settimeout dst ; ; FAIL
-j SET --del-set setip src --del-set settimeout dst ; ; FAIL
-j SET --exist ; ; FAIL
-j SET --timeout 5 ; ; FAIL
-j SET ! --add-set setip src ; -j SET --add-set setip src ; OK
-j SET ! --del-set setip src ; -j SET --del-set setip src ; OK
-j SET ! --exist --add-set setip src ; -j SET --add-set setip src --exist ; OK
-j SET --map-mark ; ; FAIL
-j SET --add-set setip src --map-mark ; ; FAIL
-j SET --map-set setskbinfo src --map-mark ; ; FAIL
-j SET --add-set setipport src,dst ; = ; OK
-j SET --add-set setipportip src,dst,dst --exist --timeout 60 ; = ; OK
-p tcp -j SET --add-set setport dst ; = ; OK

:mangle OUTPUT,POSTROUTING
-j SET --map-set setskbinfo src ; ; FAIL
-j SET --map-set setskbinfo src --map-mark ; = ; OK
-j SET --map-set setskbinfo src --map-prio ; = ; OK
-j SET --map-set setskbinfo src --map-queue ; = ; OK
-j SET --map-set setskbinfo src --map-mark --map-mark ; -j SET --map-set setskbinfo src --map-mark ; OK
-j SET --map-set setskbinfo src --map-mark --map-prio --map-queue ; = ; OK
-j SET --map-set setskbinfo src --map-queue --map-mark ; -j SET --map-set setskbinfo src --map-mark --map-queue ; OK
-j SET --map-set setip src --map-mark ; = ; OK
-j SET ! --map-set setskbinfo src --map-mark ; -j SET --map-set setskbinfo src --map-mark ; OK
-j SET --map-mark --map-set setskbinfo dst ; -j SET --map-set setskbinfo dst --map-mark ; OK
-j SET --map-set setskbinfo src --map-mark --exist ; ; FAIL
-j SET --map-set setskbinfo src --map-mark --timeout 5 ; ; FAIL
-j SET --add-set setip src --map-set setskbinfo src --map-mark --exist --timeout 4 ; -j SET --add-set setip src --exist --timeout 4 --map-set setskbinfo src --map-mark ; OK
-j SET --add-set setip src --del-set setip dst --map-set setskbinfo dst,src --map-mark ; = ; OK
-j SET --map-set nope src --map-mark ; ; FAIL
-j SET --add-set setip src --map-mark ; ; FAIL

:mangle PREROUTING,INPUT
-j SET --map-set setskbinfo src --map-mark ; = ; OK
-j SET --map-set setskbinfo src --map-prio ; ; FAIL
-j SET --map-set setskbinfo src --map-queue ; ; FAIL

:mangle USER
-j SET --map-set setskbinfo src --map-prio ; = ; OK

:raw PREROUTING
-j SET --add-set setip src ; = ; OK
-j SET --map-set setskbinfo src --map-mark ; ; FAIL
