:mangle PREROUTING
-m socket ; = ; OK
-m socket --transparent ; = ; OK
-m socket --nowildcard ; = ; OK
-m socket --restore-skmark ; = ; OK
-m socket --transparent --nowildcard ; = ; OK
-m socket --restore-skmark --nowildcard --transparent ; -m socket --transparent --nowildcard --restore-skmark ; OK
-m socket --transparent --transparent ; ; FAIL
-m socket ! --transparent ; ; FAIL
:mangle FORWARD
-m socket ; ; FAIL
:mangle INPUT
-m socket --transparent ; = ; OK
:filter INPUT
-m socket ; = ; OK
:mangle OUTPUT
-m socket ; ; FAIL
:nat PREROUTING
-m socket ; = ; OK
