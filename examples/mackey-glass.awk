# The delay equation of Mackey and Glass 1977, dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x, in the form in which
# echo state networks are measured by it (Jaeger 2001; Jaeger and Haas 2004): x(t) = 1.2 for t <= 0, Euler steps of 0.1, one
# value a unit of time, the first 1,000 thrown away.
#
#   awk -f examples/mackey-glass.awk > mackey-glass.csv              5,000 rows
#   awk -v rows=20000 -f examples/mackey-glass.awk > mackey-glass.csv
BEGIN {
    if (!rows) rows = 5000
    steps = 10
    delay = 17 * steps
    for (i = 0; i <= delay; i++) past[i] = 1.2
    x = 1.2
    print "x"
    for (t = 1; t <= 1000 + rows; t++) {
        for (s = 0; s < steps; s++) {
            slot = (n++) % (delay + 1)
            old = past[(slot + 1) % (delay + 1)]
            past[slot] = x
            x += (0.2 * old / (1 + old ^ 10) - 0.1 * x) / steps
        }
        if (t > 1000) printf "%.9f\n", x
    }
}
