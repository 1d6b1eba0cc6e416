namespace AkkaLstm.Engines.Akka.Nodes;

/// <summary>The job that a process stands by for.</summary>
/// <param name="Lead">Opens the job when this process is its coordinator.</param>
/// <param name="IsComplete">Whether nothing is left to do, which another process may have brought about while this one was
/// in no cluster. Asked again and again, from any thread; touches nothing of a job that is open elsewhere.</param>
public sealed record CandidateJob(CoordinatorSession Lead, Func<bool> IsComplete);
