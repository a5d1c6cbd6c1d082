:filter INPUT
-m nfacct --nfacct-name nonesuch ; ; FAIL
-m nfacct --nfacct-name "" ; ; FAIL
-m nfacct ; ; FAIL
-m nfacct ! --nfacct-name nonesuch ; ; FAIL
