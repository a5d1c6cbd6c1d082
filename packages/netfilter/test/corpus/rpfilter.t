:mangle PREROUTING
-m rpfilter ; = ; OK
-m rpfilter --loose ; = ; OK
-m rpfilter --validmark ; = ; OK
-m rpfilter --accept-local ; = ; OK
-m rpfilter --invert ; = ; OK
-m rpfilter --invert --accept-local --validmark --loose ; -m rpfilter --loose --validmark --accept-local --invert ; OK
-m rpfilter --loose --validmark --accept-local --invert ; = ; OK
-m rpfilter ! --loose ; ; FAIL
-m rpfilter --loose --loose ; ; FAIL
-m rpfilter --lo ; -m rpfilter --loose ; OK
:raw PREROUTING
-m rpfilter ; = ; OK
-m rpfilter --loose --invert ; = ; OK
:raw OUTPUT
-m rpfilter ; ; FAIL
:mangle INPUT
-m rpfilter ; ; FAIL
:nat PREROUTING
-m rpfilter ; ; FAIL
:filter INPUT
-m rpfilter ; ; FAIL
