printf '#!/bin/sh\nexit 0\n' >prepare
chmod +x prepare
git config core.autocrlf true
