# RubyGems' own Gem::Version: lines «ONE<TAB>OTHER», answered with -1, 0, 1, or ? where it refuses a version.
STDIN.each_line(chomp: true) do |line|
  one, other = line.split("\t", -1)
  if Gem::Version.correct?(one) && Gem::Version.correct?(other)
    puts(Gem::Version.new(one) <=> Gem::Version.new(other))
  else
    puts '?'
  end
end
