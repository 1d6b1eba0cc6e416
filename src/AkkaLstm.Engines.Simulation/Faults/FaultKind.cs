namespace AkkaLstm.Engines.Simulation;

/// <summary>What can go wrong; each seed draws which of these exist for it at all.</summary>
public enum FaultKind
{
    /// <summary>Messages get lost.</summary>
    MessageLoss,

    /// <summary>Messages arrive twice.</summary>
    MessageDuplication,

    /// <summary>Some messages take a hundred times as long.</summary>
    LatencyTail,

    /// <summary>Connections have little bandwidth.</summary>
    NarrowLinks,

    /// <summary>A connection delivers nothing for a while, then everything.</summary>
    Clog,

    /// <summary>A message meets a partition and is lost; comes with the next two.</summary>
    MessageCut,

    /// <summary>Nodes cannot reach each other.</summary>
    Partition,

    /// <summary>Nodes can be heard and hear nothing, or the other way round.</summary>
    OneWayPartition,

    /// <summary>A worker's process dies and comes back later.</summary>
    WorkerCrash,

    /// <summary>A server's process dies and comes back later.</summary>
    ServerCrash,

    /// <summary>The coordinator's process dies and comes back later, with its disk.</summary>
    CoordinatorCrash,

    /// <summary>The coordinator's machine dies; another one takes its place, without its disk.</summary>
    DiskLoss,

    /// <summary>A second coordinator is started elsewhere while the first one still runs.</summary>
    SecondCoordinator,

    /// <summary>The transport believes that a node is gone that is not.</summary>
    FalseHint,

    /// <summary>A message of another run arrives, from a node that was left over at an address.</summary>
    StrayMessage,

    /// <summary>A process is held and goes on later, with everything that waited.</summary>
    Pause,

    /// <summary>A node is many times slower for a while.</summary>
    SlowNode,

    /// <summary>Clocks run fast or slow.</summary>
    ClockRate,

    /// <summary>A clock is set forward.</summary>
    ClockJump,

    /// <summary>Work throws.</summary>
    WorkFailure,

    /// <summary>Work throws, and trying again would not help: the job is to end.</summary>
    PermanentFailure,

    /// <summary>A server answers with a wrong checksum, as it would after an error of its memory.</summary>
    MemoryError,

    /// <summary>Work does not come back.</summary>
    WorkHang,

    /// <summary>Work takes long.</summary>
    SlowWork,

    /// <summary>A checkpoint write throws.</summary>
    DiskError,

    /// <summary>The disk has no room for a while.</summary>
    DiskFull,

    /// <summary>The disk is slow.</summary>
    DiskSlow,

    /// <summary>A bit of a stored checkpoint flips.</summary>
    BitFlip,

    /// <summary>Somebody asks the job to stop.</summary>
    Stop,

    /// <summary>A worker that nobody knew appears.</summary>
    Join,

    /// <summary>A worker or a server is asked to leave in good order; it may come back.</summary>
    Leave,
}
