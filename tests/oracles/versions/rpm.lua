-- rpm's own order, by the Lua that is built into it: lines «ONE<TAB>OTHER» of the file named by the macro pairs, answered with -1, 0 or 1.
for line in io.lines(rpm.expand('%{pairs}')) do
  local one, other = line:match('^(.-)\t(.*)$')
  print(rpm.vercmp(one, other) .. '\n')
end
