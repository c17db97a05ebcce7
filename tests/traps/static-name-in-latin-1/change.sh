printf 'x\n' >"$(printf 'lists/static/lists/Stra\337e.txt')"
