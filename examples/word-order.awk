# Lines of verse as JSON Lines for --task classify: every second line has its words in reverse order, and that is its label.
#   awk -f examples/word-order.awk tinyshakespeare.txt > word-order.jsonl
NF >= 5 {
    line++
    reversed = line % 2 == 0
    text = reversed ? $NF : $1
    for (i = 2; i <= NF; i++) text = text " " (reversed ? $(NF + 1 - i) : $i)
    # Capitals and punctuation at the ends of a line would give it away.
    text = tolower(text)
    gsub(/[^a-z' ]/, "", text)
    printf "{\"label\": \"%s\", \"text\": \"%s\"}\n", reversed ? "reversed" : "as written", text
}
