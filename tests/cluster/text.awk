# A text for measurements, always the same: 700,000 characters, 96 different ones, in lines of words.
#   awk -f tests/cluster/text.awk
function draw(n) { state = state * 16807 % 2147483647; return int(state / 2147483647 * n) } # Lehmer; exact in doubles
BEGIN {
  state = 1
  while (length_so_far < 700000) {
    line = ""
    while (length(line) < 79) {
      for (i = draw(9); i >= 0; i--) line = line sprintf("%c", 33 + draw(94))
      line = line " "
    }
    print line
    length_so_far += length(line) + 1
  }
}
