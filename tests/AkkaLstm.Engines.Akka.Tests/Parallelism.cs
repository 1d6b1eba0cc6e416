// Each test of a cluster uses all cores by itself, and takes processes that get none for dead.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
