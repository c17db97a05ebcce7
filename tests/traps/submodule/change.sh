there=$(mktemp -d)
git init -q "$there/greetings"
echo 'HELLO = "hello"' >"$there/greetings/__init__.py"
git -C "$there/greetings" add -A
git -C "$there/greetings" -c user.name=Ann -c user.email=ann@desk.test commit -qm first
git -c protocol.file.allow=always submodule --quiet add "$there/greetings" greetings
git config -f .gitmodules submodule.greetings.url https://git.example.com/greetings
